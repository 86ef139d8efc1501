using System.Diagnostics.Metrics;
using Kv.Api.Errors;
using Kv.Api.Tenants;
using Kv.Domain.Tenants;
using Kv.Domain.Watching;

namespace Kv.Api.Answers;

/// <summary>
/// Limits the bytes that all answers hold until they are sent, or all bodies until their calls end. Beyond the limit,
/// large ones are refused, so that slow clients cannot fill the memory. A tenant may hold as much as remains free: with
/// one such tenant half remains, with two a third.
/// </summary>
public sealed class HeldBytes : IWatchBudget
{
    /// <summary>
    /// Smaller answers and bodies are not counted: the number of connections bounds their memory.
    /// </summary>
    internal const int MinCounted = 64 * 1024;

    // Long enough for answers to fast clients to be sent, and shorter than callers wait.
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Namespace, string AppName), Account> _accounts = [];

    // Tenants with waiting calls, in the order of their turns.
    private readonly LinkedList<Account> _waiting = new();
    private readonly TenantHeaders _tenants;
    private readonly HeldKind _kind;
    private readonly long _most;
    private readonly TimeProvider _time;
    private long _held;
    private long _refused;

    internal HeldBytes(HeldKind kind, AnswerOptions options, TenantHeaders tenants, TimeProvider time, Meter meter)
    {
        (_kind, _most, _tenants, _time) = (kind, options.MaxUnsentBytes, tenants, time);
        meter.CreateObservableGauge(kind.Gauge, () => Total, "By", kind.GaugeDescription);
        meter.CreateObservableCounter(
            kind.Counter, () => Volatile.Read(ref _refused), kind.CounterUnit, kind.CounterDescription);
    }

    /// <summary>The bytes that are held now.</summary>
    internal long Total => Volatile.Read(ref _held);

    /// <summary>Whether large answers of the request's tenant wait to be sent.</summary>
    internal bool Holds(HttpRequest request)
    {
        if (Total == 0)
            return false;
        lock (_gate)
            return _accounts.GetValueOrDefault(_tenants.Read(request)) is { Held: >= MinCounted };
    }

    /// <summary>Reserves a share for values that are about to be read. Waits for a short time at the limit.</summary>
    /// <param name="request">The request, which names the tenant. Its end releases the share.</param>
    /// <param name="most">The maximum size of the values.</param>
    /// <exception cref="BusyException">The limit is still reached after the wait.</exception>
    internal async ValueTask<Share> Take(HttpRequest request, long most, CancellationToken cancellationToken)
    {
        var share = await Take(_tenants.Read(request), most, MaxWait, cancellationToken);
        request.HttpContext.Response.RegisterForDispose(share);
        return share;
    }

    /// <summary>Reserves a share for what was read, if it is large. Waits for a short time at the limit.</summary>
    /// <exception cref="BusyException">The limit is still reached after the wait.</exception>
    internal async ValueTask TakeIfLarge(HttpRequest request, long bytes, CancellationToken cancellationToken)
    {
        if (bytes >= MinCounted)
            await Take(request, bytes, cancellationToken);
    }

    async Task<IWatchShare> IWatchBudget.Take(
        Tenant tenant, long bytes, bool isOpening, CancellationToken cancellationToken) => await Take(
        (tenant.Namespace, tenant.AppName), bytes, isOpening ? MaxWait : Timeout.InfiniteTimeSpan, cancellationToken);

    IWatchShare? IWatchBudget.TryTake(Tenant tenant, long bytes)
    {
        lock (_gate)
        {
            var account = Open((tenant.Namespace, tenant.AppName));
            if (IsWithinShare(account.Held, bytes) && Fits(bytes))
            {
                Add(account, bytes);
                return new Share(this, account, bytes);
            }
            Close(account);
            return null;
        }
    }

    private async ValueTask<Share> Take(
        (string Namespace, string AppName) tenant, long most, TimeSpan patience, CancellationToken cancellationToken)
    {
        most = Math.Clamp(most, 1, _most);
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Account account;
        lock (_gate)
        {
            account = Open(tenant);
            account.Waiting.Enqueue((most, turn));
            if (account.Waiting.Count == 1)
                _waiting.AddLast(account);
            GiveTurns();
        }
        try
        {
            await turn.Task.WaitAsync(patience, _time, cancellationToken);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            // If the turn came in the meantime, release the share. Otherwise let the next callers take their turns.
            Release(account, turn.TrySetCanceled(CancellationToken.None) ? 0 : most);
            throw error is TimeoutException ? Refused() : error;
        }
        return new Share(this, account, most);
    }

    /// <summary>Takes a share for values that are already read, regardless of the limit.</summary>
    internal Share Hold(HttpRequest request, long bytes)
    {
        lock (_gate)
        {
            var account = Open(_tenants.Read(request));
            Add(account, bytes);
            return new Share(this, account, bytes);
        }
    }

    /// <summary>Refuses an answer beyond the limit.</summary>
    /// <exception cref="BusyException">The answer would exceed the limit.</exception>
    internal void Require(HttpRequest request, long bytes)
    {
        if (bytes < MinCounted)
            return;
        lock (_gate)
        {
            var held = _accounts.GetValueOrDefault(_tenants.Read(request))?.Held ?? 0;
            if (!IsWithinShare(held, bytes) || !Fits(bytes))
                throw Refused();
        }
    }

    private BusyException Refused()
    {
        Interlocked.Increment(ref _refused);
        return new BusyException(_kind.Error, _kind.Detail(_most));
    }

    // The caller of each method below holds the lock.
    private bool Fits(long bytes) => _held + bytes <= _most;

    // The first answer of a tenant may take all that is free.
    private bool IsWithinShare(long held, long bytes) => held == 0 || held + bytes <= _most - _held - bytes;

    private Account Open((string Namespace, string AppName) tenant)
    {
        if (!_accounts.TryGetValue(tenant, out var account))
            _accounts.Add(tenant, account = new Account(tenant));
        return account;
    }

    private void Close(Account account)
    {
        // A call that was cancelled closes its account last, perhaps after a newer account of the tenant was opened.
        if (account.Held == 0 && account.Waiting.Count == 0
            && _accounts.GetValueOrDefault(account.Tenant) == account)
            _accounts.Remove(account.Tenant);
    }

    private void Add(Account account, long bytes)
    {
        account.Held += bytes;
        Volatile.Write(ref _held, _held + bytes);
    }

    // The share is judged as a whole, as if the call held nothing yet.
    private long Grow(Account account, long bytes, long needed)
    {
        lock (_gate)
        {
            Add(account, -bytes);
            var fits = IsWithinShare(account.Held, needed) && Fits(needed);
            Add(account, fits ? needed : bytes);
            return fits ? needed : throw Refused();
        }
    }

    private void Release(Account account, long bytes)
    {
        lock (_gate)
        {
            Add(account, -bytes);
            GiveTurns();
            Close(account);
        }
    }

    // Tenants take turns, so that one with many calls does not delay the others. A tenant at its share is skipped. A
    // call that only waits for free bytes is not skipped, so that a large share is not starved.
    private void GiveTurns()
    {
        for (var node = _waiting.First; node is not null;)
        {
            var account = node.Value;
            while (account.Waiting.TryPeek(out var gone) && gone.Turn.Task.IsCompleted)
                account.Waiting.Dequeue();
            if (!account.Waiting.TryPeek(out var next))
            {
                var behind = node.Next;
                _waiting.Remove(node);
                Close(account);
                node = behind;
            }
            else if (!IsWithinShare(account.Held, next.Bytes))
                node = node.Next;
            else if (!Fits(next.Bytes))
                return;
            else
            {
                account.Waiting.Dequeue();
                if (next.Turn.TrySetResult())
                    Add(account, next.Bytes);
                _waiting.Remove(node);
                if (account.Waiting.Count > 0)
                    _waiting.AddLast(node);
                node = _waiting.First;
            }
        }
    }

    /// <summary>The share of an answer or a body, until it is disposed.</summary>
    internal sealed class Share(HeldBytes owner, Account account, long bytes) : IWatchShare
    {
        public void Resize(long needed)
        {
            owner.Release(account, bytes - needed);
            bytes = needed;
        }

        /// <summary>Releases the part of the share that is not needed.</summary>
        public void ShrinkTo(long needed)
        {
            if (needed < bytes)
                owner.Release(account, bytes - needed);
            bytes = Math.Min(needed, bytes);
        }

        /// <summary>Enlarges the share for bytes that have arrived; at the limit without a wait.</summary>
        /// <exception cref="BusyException">The larger share would exceed the limit.</exception>
        public void GrowTo(long needed) => bytes = owner.Grow(account, bytes, Math.Clamp(needed, bytes, owner._most));

        public void Dispose() => ShrinkTo(0);
    }

    /// <summary>The bytes that a tenant's calls hold, and its calls that wait for a share.</summary>
    internal sealed class Account((string Namespace, string AppName) tenant)
    {
        public (string Namespace, string AppName) Tenant { get; } = tenant;

        public long Held { get; set; }

        public Queue<(long Bytes, TaskCompletionSource Turn)> Waiting { get; } = new();
    }
}
