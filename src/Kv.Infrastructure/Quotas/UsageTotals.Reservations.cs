using Kv.Domain.Idempotency;
using Kv.Domain.Quotas;
using Kv.Domain.Tenants;

namespace Kv.Infrastructure.Quotas;

/// <content>What is set aside for writes, and the wait for it to be exact.</content>
internal sealed partial class UsageTotals
{
    private readonly RepeatableWrites _repeatable = new();
    private TaskCompletionSource _moved = NewSignal();
    private int _waiting;

    /// <summary>Sets aside what a write adds at the most, if there is room for it, or nothing is counted yet.</summary>
    /// <param name="tenant">Whose write it is.</param>
    /// <param name="atMost">What it adds at the most.</param>
    /// <param name="reservation">What was set aside.</param>
    /// <param name="request">The name under which it may be repeated: while it is under way, one more of it shares what is set aside.</param>
    /// <returns>False when it must be judged exactly.</returns>
    public bool TryReserve(Tenant tenant, Usage atMost, out Reservation reservation, IdempotentRequest? request = null)
    {
        lock (_gate)
        {
            if (_repeatable.TryJoin(tenant, request, out reservation) || _through == 0)
                return true;
            var account = Open(tenant);
            var hasRoom = account.Waiting == 0 && quota.Broken(account.Counted + account.Held.Sum, atMost) is null;
            if (hasRoom)
                reservation = Hold(account, new Held(default, atMost, 1), request);
            Close(account);
            return hasRoom;
        }
    }

    /// <summary>Sets aside what a write adds, by what stands there now, if it adds nothing or there is room for it.</summary>
    /// <param name="tenant">Whose write it is.</param>
    /// <param name="growth">What it adds, or takes away.</param>
    /// <param name="withEstimates">Whether what other writes add at the most counts.</param>
    /// <param name="reservation">What was set aside.</param>
    /// <param name="request">The name under which it may be repeated: while it is under way, one more of it shares what is set aside.</param>
    /// <returns>Why there is no room; null when there is.</returns>
    public Refusal? TryReserve(
        Tenant tenant, Usage growth, bool withEstimates, out Reservation reservation, IdempotentRequest? request = null)
    {
        lock (_gate)
        {
            if (_repeatable.TryJoin(tenant, request, out reservation) || _through == 0)
                return null;
            var account = Open(tenant);
            var present = account.Counted + (withEstimates ? account.Held.Sum : account.Held.Exact);
            if (quota.Broken(present, growth) is { } kind)
            {
                Close(account);
                return new Refusal(kind, present.Of(kind));
            }
            reservation = Hold(account, new Held(growth.Growth, default, 0), request);
            Close(account);
            return null;
        }
    }

    /// <summary>A write is done: what was set aside for it goes when its change has come, or at once while changes are not followed.</summary>
    /// <param name="reservation">What was set aside.</param>
    /// <param name="revision">The revision at which it was written, now or when it was asked for before; 0 when nothing was.</param>
    public void Settle(Reservation reservation, long revision)
    {
        if (reservation.Account is null)
            return;
        lock (_gate)
        {
            if (!_repeatable.Leave(reservation, revision))
                return;
            if (revision <= _through || _state != UsageState.Following)
                Free(reservation);
            else
                _settling.Add(reservation, revision);
        }
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

    private Reservation Hold(Account account, Held held, IdempotentRequest? request)
    {
        // What holds nothing does not keep the account there either.
        if (held == default)
            return default;
        account.Held += held;
        return _repeatable.Open(account, held, request);
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
