using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;

namespace Kv.Infrastructure.Storage;

/// <summary>
/// Limits how many scans of the past run at once, overall and per tenant: the store reads every change of the scanned
/// time for each, whichever tenant wrote it.
/// </summary>
internal sealed class ScanTurns : IDisposable
{
    private const int MaxAtOnce = 4;
    private const int MaxOfTenant = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _all = new(MaxAtOnce);
    private readonly Dictionary<Tenant, (SemaphoreSlim Turns, int Users)> _tenants = [];

    /// <summary>Waits for a turn without a limit.</summary>
    /// <returns>The turn. Disposing it ends it.</returns>
    public Task<IDisposable> Enter(Tenant tenant, CancellationToken cancellationToken) =>
        Begin(tenant, Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Waits a short time for a turn.</summary>
    /// <exception cref="TooManyScansException">Other scans hold all turns.</exception>
    public Task<IDisposable> Take(Tenant tenant, CancellationToken cancellationToken) =>
        Begin(tenant, Patience, cancellationToken);

    public void Dispose() => _all.Dispose();

    private async Task<IDisposable> Begin(Tenant tenant, TimeSpan patience, CancellationToken cancellationToken)
    {
        var own = Join(tenant);
        var isNext = false;
        try
        {
            isNext = await own.WaitAsync(patience, cancellationToken);
            if (!isNext)
                throw new TooManyScansException(MaxOfTenant, isOfTenant: true);
            if (!await _all.WaitAsync(patience, cancellationToken))
                throw new TooManyScansException(MaxAtOnce, isOfTenant: false);
            return new Turn(this, tenant, own);
        }
        catch
        {
            if (isNext)
                own.Release();
            Leave(tenant);
            throw;
        }
    }

    private SemaphoreSlim Join(Tenant tenant)
    {
        lock (_tenants)
        {
            if (!_tenants.TryGetValue(tenant, out var own))
                own = (new SemaphoreSlim(MaxOfTenant), 0);
            _tenants[tenant] = (own.Turns, own.Users + 1);
            return own.Turns;
        }
    }

    private void Leave(Tenant tenant)
    {
        lock (_tenants)
        {
            var (turns, users) = _tenants[tenant];
            if (users == 1)
                _tenants.Remove(tenant);
            else
                _tenants[tenant] = (turns, users - 1);
        }
    }

    private sealed class Turn(ScanTurns owner, Tenant tenant, SemaphoreSlim own) : IDisposable
    {
        public void Dispose()
        {
            owner._all.Release();
            own.Release();
            owner.Leave(tenant);
        }
    }
}
