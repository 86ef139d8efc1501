using Kv.Domain.Quotas;

namespace Kv.Infrastructure.Quotas;

/// <summary>
/// The usage of tenants: counted once, and then updated by the store's changes. This replica's writes are reserved
/// until their changes arrive, so that together they never exceed a quota. Memory is used by tenant and by reserved
/// write, not by key; an empty tenant uses none.
/// </summary>
internal sealed partial class UsageTotals(Quota quota) : ITenantUsages
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Tenant, TenantAccount> _accounts = [];

    // The reservations of completed writes whose changes have not arrived yet, by the revisions of the writes.
    private readonly PriorityQueue<Reservation, long> _confirmed = new();
    private long _through;
    private volatile UsageState _state;

    public UsageState State => _state;

    public long Revision => Volatile.Read(ref _through);

    /// <summary>How many tenants have any usage.</summary>
    public int Tenants
    {
        get
        {
            lock (_gate)
                return _accounts.Count;
        }
    }

    public TenantUsage? Find(Tenant tenant)
    {
        lock (_gate)
            return _through == 0
                ? throw new UsageNotCountedException()
                : new TenantUsage(_accounts.GetValueOrDefault(tenant)?.Counted ?? default, quota, _through);
    }

    /// <summary>Replaces all totals by those at a revision.</summary>
    public void Replace(IReadOnlyDictionary<Tenant, Usage> totals, long revision)
    {
        lock (_gate)
        {
            foreach (var account in _accounts.Values)
                account.Counted = default;
            foreach (var (tenant, total) in totals)
                Open(tenant).Counted = total;
            Advance(revision);
            foreach (var account in _accounts.Values.Where(account => account.IsEmpty).ToList())
                Close(account);
        }
    }

    /// <summary>Applies the changes at a revision.</summary>
    /// <returns>False when they do not fit the totals: usage must be counted again.</returns>
    public bool Apply(long revision, IReadOnlyList<(Tenant Tenant, Usage Growth)> changes)
    {
        lock (_gate)
        {
            var fits = true;
            foreach (var (tenant, growth) in changes)
            {
                var account = Open(tenant);
                account.Counted += growth;
                fits &= account.Counted is { Keys: >= 0, Bytes: >= 0 };
            }
            Advance(revision);
            foreach (var (tenant, _) in changes)
                if (_accounts.TryGetValue(tenant, out var account))
                    Close(account);
            return fits;
        }
    }

    /// <summary>
    /// Sets whether the store's changes are followed. While they are not, reservations of completed writes are released
    /// at once, as their changes may be late: these writes do not count until their changes arrive.
    /// </summary>
    public void SetFollowing(bool isFollowing)
    {
        lock (_gate)
        {
            _state = isFollowing ? UsageState.Following : _through == 0 ? UsageState.Counting : UsageState.Interrupted;
            if (!isFollowing)
                ReleaseThrough(long.MaxValue);
        }
    }

    private void Advance(long revision)
    {
        Volatile.Write(ref _through, revision);
        ReleaseThrough(revision);
        Raise();
    }

    private void ReleaseThrough(long revision)
    {
        while (_confirmed.TryPeek(out _, out var next) && next <= revision)
            Release(_confirmed.Dequeue());
    }

    private TenantAccount Open(Tenant tenant)
    {
        if (!_accounts.TryGetValue(tenant, out var account))
            _accounts.Add(tenant, account = new TenantAccount(tenant));
        return account;
    }

    private void Close(TenantAccount account)
    {
        if (account.IsEmpty)
            _accounts.Remove(account.Tenant);
    }
}
