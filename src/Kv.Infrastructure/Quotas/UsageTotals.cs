using Kv.Domain.Quotas;
using Kv.Domain.Tenants;

namespace Kv.Infrastructure.Quotas;

/// <summary>
/// What the tenants have: counted once, and kept by the store's changes. What this replica is writing is set aside until its change has
/// come, so that its own writes never go over together. Memory by tenant, not by key; a tenant that has nothing takes none.
/// </summary>
/// <param name="quota">What each may have.</param>
internal sealed class UsageTotals(Quota quota) : ITenantUsages
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Tenant, Account> _accounts = [];
    private readonly SettlingReservations _settling = new();
    private TaskCompletionSource _moved = NewSignal();
    private int _waiting;
    private long _through;
    private volatile UsageState _state;

    public UsageState State => _state;

    public long Revision => Volatile.Read(ref _through);

    /// <summary>How many tenants have something.</summary>
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

    /// <summary>Sets aside what a write adds at the most, if there is room for it, or nothing is counted yet.</summary>
    /// <returns>False when it must be judged exactly.</returns>
    public bool TryReserve(Tenant tenant, Usage atMost, out Reservation reservation)
    {
        lock (_gate)
        {
            reservation = default;
            if (_through == 0)
                return true;
            var account = Open(tenant);
            var hasRoom = account.Waiting == 0 && quota.Broken(account.Counted + account.Held.Sum, atMost) is null;
            if (hasRoom)
                reservation = Hold(account, new Held(default, atMost, 1));
            Close(account);
            return hasRoom;
        }
    }

    /// <summary>Sets aside what a write adds, by what stands there now, if it adds nothing or there is room for it.</summary>
    /// <param name="tenant">Whose write it is.</param>
    /// <param name="growth">What it adds, or takes away.</param>
    /// <param name="withEstimates">Whether what other writes add at the most counts.</param>
    /// <param name="reservation">What was set aside.</param>
    /// <returns>Why there is no room; null when there is.</returns>
    public Refusal? TryReserve(Tenant tenant, Usage growth, bool withEstimates, out Reservation reservation)
    {
        lock (_gate)
        {
            reservation = default;
            if (_through == 0)
                return null;
            var account = Open(tenant);
            var present = account.Counted + (withEstimates ? account.Held.Sum : account.Held.Exact);
            if (quota.Broken(present, growth) is { } kind)
            {
                Close(account);
                return new Refusal(kind, present.Of(kind));
            }
            reservation = Hold(account, new Held(growth.Growth, default, 0));
            Close(account);
            return null;
        }
    }

    /// <summary>A write is done: what was set aside for it goes when its change has come.</summary>
    /// <param name="reservation">What was set aside.</param>
    /// <param name="revision">The revision at which it was written; 0 when nothing was.</param>
    public void Settle(Reservation reservation, long revision)
    {
        if (reservation.Account is null)
            return;
        lock (_gate)
            if (revision <= _through)
                Free(reservation);
            else
                _settling.Add(reservation, revision);
    }

    /// <summary>Begins to wait for a tenant's account to be exact: from now on its writes are judged exactly.</summary>
    public Account BeginWait(Tenant tenant)
    {
        lock (_gate)
        {
            var account = Open(tenant);
            account.Waiting++;
            _waiting++;
            return account;
        }
    }

    public void EndWait(Account account)
    {
        lock (_gate)
        {
            account.Waiting--;
            _waiting--;
            Close(account);
        }
    }

    /// <summary>Completes when the changes have come through a revision, and nothing of the account is estimated.</summary>
    public async Task CaughtUp(Account account, long revision, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task moved;
            lock (_gate)
            {
                if (_through >= revision && account.Held.Estimates == 0)
                    return;
                moved = _moved.Task;
            }
            await moved.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Takes the place of all totals: what the tenants have at a revision.</summary>
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

    /// <summary>Takes in what has changed at a revision.</summary>
    /// <returns>False when it does not fit what is counted: it must be counted again.</returns>
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

    /// <summary>Says whether the store's changes are followed.</summary>
    public void Follows(bool isFollowing) =>
        _state = isFollowing ? UsageState.Following : Revision == 0 ? UsageState.Counting : UsageState.Interrupted;

    private void Advance(long revision)
    {
        Volatile.Write(ref _through, revision);
        foreach (var settled in _settling.Through(revision))
            Free(settled);
        Raise();
    }

    private Account Open(Tenant tenant)
    {
        if (!_accounts.TryGetValue(tenant, out var account))
            _accounts.Add(tenant, account = new Account(tenant));
        return account;
    }

    private void Close(Account account)
    {
        if (account.IsEmpty)
            _accounts.Remove(account.Tenant);
    }

    private static Reservation Hold(Account account, Held held)
    {
        account.Held += held;
        return new Reservation(account, held);
    }

    private void Free(Reservation reservation)
    {
        var account = reservation.Account!;
        account.Held -= reservation.Held;
        Close(account);
        Raise();
    }

    private void Raise()
    {
        if (_waiting == 0)
            return;
        var moved = _moved;
        _moved = NewSignal();
        moved.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
