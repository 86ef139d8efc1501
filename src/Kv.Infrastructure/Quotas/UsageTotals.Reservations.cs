using Kv.Domain.Idempotency;
using Kv.Domain.Quotas;

namespace Kv.Infrastructure.Quotas;

/// <content>Reservations for writes, and the wait for exact totals.</content>
internal sealed partial class UsageTotals
{
    private readonly RepeatableWrites _repeatable = new();
    private TaskCompletionSource _moved = NewSignal();
    private int _waiting;

    /// <summary>Reserves the largest growth of a write, if there is room for it, or usage is not counted yet.</summary>
    /// <param name="atMost">The largest growth.</param>
    /// <param name="request">The idempotent request: repetitions in flight share the reservation.</param>
    /// <returns>False when the write needs an exact check.</returns>
    public bool TryReserve(Tenant tenant, Usage atMost, out Reservation reservation, IdempotentRequest? request = null)
    {
        lock (_gate)
        {
            if (_repeatable.TryJoin(tenant, request, out reservation) || _through == 0)
                return true;
            var account = Open(tenant);
            var hasRoom = account.Waiting == 0
                && quota.ExceededBy(account.Counted + account.Reserved.Sum, atMost) is null;
            if (hasRoom)
                reservation = Reserve(account, new Reserved(default, atMost, 1), request);
            Close(account);
            return hasRoom;
        }
    }

    /// <summary>Reserves the exact growth of a write, if it adds nothing or there is room for it.</summary>
    /// <param name="withEstimates">Whether the estimated growth of other writes counts.</param>
    /// <param name="request">The idempotent request: repetitions in flight share the reservation.</param>
    /// <returns>The reason for a refusal; null when there is room.</returns>
    public Refusal? TryReserve(
        Tenant tenant, Usage growth, bool withEstimates, out Reservation reservation, IdempotentRequest? request = null)
    {
        lock (_gate)
        {
            if (_repeatable.TryJoin(tenant, request, out reservation) || _through == 0)
                return null;
            var account = Open(tenant);
            var usage = account.Counted + (withEstimates ? account.Reserved.Sum : account.Reserved.Exact);
            if (quota.ExceededBy(usage, growth) is { } kind)
            {
                Close(account);
                return new Refusal(kind, usage.Count(kind));
            }
            reservation = Reserve(account, new Reserved(growth.Growth, default, 0), request);
            Close(account);
            return null;
        }
    }

    /// <summary>
    /// Ends a write. Its reservation is released when its change has arrived, or at once while changes are not
    /// followed.
    /// </summary>
    /// <param name="revision">The revision of the write, now or of its first attempt; 0 when it wrote nothing.</param>
    public void Confirm(Reservation reservation, long revision)
    {
        if (reservation.Account is null)
            return;
        lock (_gate)
        {
            if (!_repeatable.Leave(reservation, revision))
                return;
            if (revision <= _through || _state != UsageState.Following)
                Release(reservation);
            else
                _confirmed.Enqueue(reservation, revision);
        }
    }

    /// <summary>Begins to wait for exact totals of a tenant: from now on its writes are checked exactly.</summary>
    public TenantAccount BeginWait(Tenant tenant)
    {
        lock (_gate)
        {
            var account = Open(tenant);
            account.Waiting++;
            _waiting++;
            return account;
        }
    }

    public void EndWait(TenantAccount account)
    {
        lock (_gate)
        {
            account.Waiting--;
            _waiting--;
            Close(account);
        }
    }

    /// <summary>Completes when the changes have arrived up to a revision, and the account has no estimates.</summary>
    public async Task CaughtUp(TenantAccount account, long revision, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task moved;
            lock (_gate)
            {
                if (_through >= revision && account.Reserved.Estimates == 0)
                    return;
                moved = _moved.Task;
            }
            await moved.WaitAsync(cancellationToken);
        }
    }

    private Reservation Reserve(TenantAccount account, Reserved reserved, IdempotentRequest? request)
    {
        // An empty reservation must not keep the account.
        if (reserved == default)
            return default;
        account.Reserved += reserved;
        return _repeatable.Open(account, reserved, request);
    }

    private void Release(Reservation reservation)
    {
        var account = reservation.Account!;
        account.Reserved -= reservation.Reserved;
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
