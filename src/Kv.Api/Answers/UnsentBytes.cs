using System.Diagnostics.Metrics;
using Kv.Api.Errors;
using Kv.Api.Tenants;

namespace Kv.Api.Answers;

/// <summary>
/// Limits the bytes of values that all answers hold until they are sent. Beyond the limit, large answers are refused,
/// so that slow clients cannot fill the memory. A tenant may hold as much as it leaves free: the slow clients of one
/// tenant leave half, those of two a third.
/// </summary>
public sealed class UnsentBytes : IDisposable
{
    /// <summary>Smaller answers are not counted: the number of connections bounds their memory.</summary>
    internal const int Least = 64 * 1024;

    // Long enough for answers to fast clients to be sent, and shorter than callers wait.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly Meter _meter;
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Namespace, string AppName), Account> _accounts = [];

    // Tenants with waiting calls, in the order of their turns.
    private readonly LinkedList<Account> _waiting = new();
    private readonly TenantHeaders _tenants;
    private readonly long _most;
    private readonly TimeProvider _time;
    private long _held;
    private long _refused;

    internal UnsentBytes(AnswerOptions options, TenantHeaders tenants, TimeProvider time, string meter)
    {
        (_most, _tenants, _time, _meter) = (options.MaxUnsentBytes, tenants, time, new Meter(meter));
        _meter.CreateObservableGauge(
            "kv.answers.unsent", () => Held, "By", "Bytes of values that answers hold until they are sent.");
        _meter.CreateObservableCounter(
            "kv.answers.refused", () => Volatile.Read(ref _refused), "{answer}",
            "Large answers that were refused, as too much waits to be sent.");
    }

    /// <summary>The bytes that answers hold now.</summary>
    internal long Held => Volatile.Read(ref _held);

    /// <summary>Whether large answers of the request's tenant wait to be sent.</summary>
    internal bool Holds(HttpRequest request)
    {
        if (Held == 0)
            return false;
        lock (_gate)
            return _accounts.GetValueOrDefault(_tenants.Read(request)) is { Held: >= Least };
    }

    /// <summary>Reserves a share for values that are about to be read. Waits for a short time at the limit.</summary>
    /// <param name="request">The request, which names the tenant. Its end releases the share.</param>
    /// <param name="most">The maximum size of the values.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="TooMuchUnsentException">The limit is still reached after the wait.</exception>
    internal async ValueTask<Share> Take(HttpRequest request, long most, CancellationToken cancellationToken)
    {
        most = Math.Clamp(most, 1, _most);
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Account account;
        lock (_gate)
        {
            account = Open(request);
            account.Waiting.Enqueue((most, turn));
            if (account.Waiting.Count == 1)
                _waiting.AddLast(account);
            GiveTurns();
        }
        try
        {
            await turn.Task.WaitAsync(Patience, _time, cancellationToken);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            // If the turn came in the meantime, release the share. Otherwise let the next callers take their turns.
            Release(account, turn.TrySetCanceled(CancellationToken.None) ? 0 : most);
            throw error is TimeoutException ? Refused() : error;
        }
        var share = new Share(this, account, most);
        request.HttpContext.Response.RegisterForDispose(share);
        return share;
    }

    /// <summary>Takes a share for values that are already read, regardless of the limit.</summary>
    internal Share Hold(HttpRequest request, long bytes)
    {
        lock (_gate)
        {
            var account = Open(request);
            Add(account, bytes);
            return new Share(this, account, bytes);
        }
    }

    /// <summary>Refuses an answer beyond the limit.</summary>
    /// <exception cref="TooMuchUnsentException">The answer would exceed the limit.</exception>
    internal void Require(HttpRequest request, long bytes)
    {
        if (bytes < Least)
            return;
        lock (_gate)
        {
            var held = _accounts.GetValueOrDefault(_tenants.Read(request))?.Held ?? 0;
            if (!IsWithinShare(held, bytes) || !Fits(bytes))
                throw Refused();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private TooMuchUnsentException Refused()
    {
        Interlocked.Increment(ref _refused);
        return new TooMuchUnsentException(_most);
    }

    // The caller of each method below holds the lock.
    private bool Fits(long bytes) => _held + bytes <= _most;

    // The first answer of a tenant may take all that is free.
    private bool IsWithinShare(long held, long bytes) => held == 0 || held + bytes <= _most - _held - bytes;

    private Account Open(HttpRequest request)
    {
        var tenant = _tenants.Read(request);
        if (!_accounts.TryGetValue(tenant, out var account))
            _accounts.Add(tenant, account = new Account(tenant));
        return account;
    }

    private void Close(Account account)
    {
        if (account.Held == 0 && account.Waiting.Count == 0)
            _accounts.Remove(account.Tenant);
    }

    private void Add(Account account, long bytes)
    {
        account.Held += bytes;
        Volatile.Write(ref _held, _held + bytes);
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

    /// <summary>The share of an answer, until it is disposed.</summary>
    internal sealed class Share(UnsentBytes owner, Account account, long bytes) : IDisposable
    {
        /// <summary>Releases the part of the share that is not needed.</summary>
        public void ShrinkTo(long needed)
        {
            if (needed < bytes)
                owner.Release(account, bytes - needed);
            bytes = Math.Min(needed, bytes);
        }

        public void Dispose() => ShrinkTo(0);
    }

    /// <summary>The bytes that the answers of a tenant hold, and its calls that wait for a share.</summary>
    internal sealed class Account((string Namespace, string AppName) tenant)
    {
        public (string Namespace, string AppName) Tenant { get; } = tenant;

        public long Held { get; set; }

        public Queue<(long Bytes, TaskCompletionSource Turn)> Waiting { get; } = new();
    }
}
