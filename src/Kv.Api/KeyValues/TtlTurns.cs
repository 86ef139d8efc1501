using System.Threading.RateLimiting;
using Kv.Api.Errors;
using Kv.Api.Tenants;

namespace Kv.Api.KeyValues;

/// <summary>
/// Lets a tenant change the times to live of a few keys at once; some further calls wait. The store copies the values,
/// however large they are and however small the requests.
/// </summary>
public sealed class TtlTurns : IDisposable
{
    internal const int AtOnce = 16;
    internal const int MaxWaiting = 1_000;

    private readonly PartitionedRateLimiter<HttpRequest> _turns;

    internal TtlTurns(TenantHeaders tenants) =>
        _turns = PartitionedRateLimiter.Create<HttpRequest, (string, string)>(
            request => RateLimitPartition.GetConcurrencyLimiter(
                tenants.Read(request),
                _ => new ConcurrencyLimiterOptions { PermitLimit = AtOnce, QueueLimit = MaxWaiting }));

    /// <summary>Waits for a turn, which ends when it is disposed.</summary>
    /// <exception cref="TooManyTtlChangesException">Too many calls of the tenant wait already.</exception>
    internal async ValueTask<RateLimitLease> Take(HttpRequest request, CancellationToken cancellationToken)
    {
        var turn = await _turns.AcquireAsync(request, permitCount: 1, cancellationToken);
        return turn.IsAcquired
            ? turn
            : throw new TooManyTtlChangesException(MaxWaiting);
    }

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();
}
