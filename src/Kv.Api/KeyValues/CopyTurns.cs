using System.Threading.RateLimiting;
using Kv.Api.Errors;
using Kv.Api.Tenants;

namespace Kv.Api.KeyValues;

/// <summary>
/// Lets few calls of a tenant at a time have values copied within the store: changes of times to live, copies of keys,
/// and redeliveries. These requests are small, however large the values are. Some further calls wait.
/// </summary>
/// <param name="tenants">Tells the tenant of a request.</param>
/// <param name="patience">How long a call waits for its turn.</param>
public sealed class CopyTurns(TenantHeaders tenants, TimeSpan patience) : IDisposable
{
    /// <summary>How many calls for one key run at once. A call for many keys runs alone.</summary>
    internal const int AtOnce = 16;
    internal const int MaxWaiting = 1_000;

    private readonly PartitionedRateLimiter<HttpRequest> _turns =
        PartitionedRateLimiter.Create<HttpRequest, (string Namespace, string AppName)>(
            request => RateLimitPartition.GetConcurrencyLimiter(
                tenants.Read(request),
                _ => new ConcurrencyLimiterOptions { PermitLimit = AtOnce, QueueLimit = MaxWaiting }));

    /// <summary>Waits for the turn of a call. It ends when it is disposed.</summary>
    /// <param name="permits">1 for one key; <see cref="AtOnce"/> for a call for many keys.</param>
    /// <exception cref="BusyException">Too many calls of the tenant wait, or have waited too long.</exception>
    internal async ValueTask<RateLimitLease> Take(
        HttpRequest request, CancellationToken cancellationToken, int permits = 1)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(patience);
        try
        {
            var turn = await _turns.AcquireAsync(request, permits, limited.Token);
            return turn.IsAcquired ? turn : throw new BusyException(
                Problems.TooManyCopies,
                $"{MaxWaiting} calls of this namespace and app that copy values wait already; nothing was done.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BusyException(
                Problems.TooManyCopies,
                "Other calls of this namespace and app that copy values had all turns for "
                + $"{patience.TotalSeconds:0} s; nothing was done.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();
}
