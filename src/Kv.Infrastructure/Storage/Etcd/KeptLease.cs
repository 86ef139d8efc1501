using Etcdserverpb;
using Grpc.Core;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// A lease that is kept alive until it is disposed, which revokes it. <see cref="Lost"/> is cancelled when etcd has
/// ended the lease or may have: etcd guarantees only that it keeps the lease for its time to live after each renewal.
/// </summary>
internal sealed class KeptLease : IAsyncDisposable
{
    private readonly EtcdConnection _connection;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeToLive;
    private readonly CancellationTokenSource _stopped = new();
    private readonly CancellationTokenSource _lost;
    private readonly CancellationTokenRegistration _restored;
    private readonly Task _keeping;
    private volatile TxnRequest? _proof;
    private int _isDisposed;

    private KeptLease(
        EtcdConnection connection, TimeProvider time, TimeSpan timeToLive, long id, long granted,
        CancellationToken restored)
    {
        (_connection, _time, _timeToLive, Id) = (connection, time, timeToLive, id);
        _lost = new CancellationTokenSource(timeToLive, time);
        Lost = _lost.Token;
        // A restored store may contain the lease and the lock. Both still count as lost: the holder's state is of
        // another history.
        _restored = restored.Register(_lost.Cancel);
        Confirm(granted);
        _keeping = Keep();
    }

    /// <summary>The id, which etcd chose.</summary>
    public long Id { get; }

    public CancellationToken Lost { get; }

    /// <exception cref="RpcException">etcd did not grant it. A lease whose answer was lost ends by itself.</exception>
    public static async Task<KeptLease> Grant(
        EtcdConnection connection, TimeProvider time, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        var restored = connection.History.Now().State.Ended;
        var sent = time.GetTimestamp();
        var request = new LeaseGrantRequest { TTL = (long)Math.Ceiling(timeToLive.TotalSeconds) };
        var answer = await Calls.Once(
            connection.Next(),
            connection.Deadline,
            (channel, options) => channel.Leases.LeaseGrantAsync(request, options),
            cancellationToken: cancellationToken);
        return new KeptLease(connection, time, timeToLive, answer.ID, sent, restored);
    }

    /// <summary>From now on the lease also counts as lost when a condition on a key fails.</summary>
    public void Guard(StoreKey key, Compare condition) =>
        // Without the read, a member may answer the transaction from stale state.
        _proof = EtcdMessages.ToRequest(new Transaction([condition], [new Operation.Read(key)]));

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
            return;
        await _restored.DisposeAsync();
        await _stopped.CancelAsync();
        // An exception of the loop comes from a callback of Lost; it does not matter here.
        await _keeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await Calls.Repeat(_connection, _time, (channel, options) => channel.Leases.LeaseRevokeAsync(
                new LeaseRevokeRequest { ID = Id }, options));
        }
        catch (Exception error) when (error is RpcException or ObjectDisposedException)
        {
            // Without renewals the lease ends by itself.
        }
        _lost.Dispose();
        _stopped.Dispose();
    }

    private async Task Keep()
    {
        var pause = _timeToLive / 3;
        for (var failures = 0; ;)
        {
            await Task.Delay(failures == 0 ? pause : Shorter(Backoff.After(failures - 1), pause), _time, _stopped.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stopped.IsCancellationRequested || Lost.IsCancellationRequested)
                return;
            var sent = _time.GetTimestamp();
            try
            {
                if (!await Renew((_time.GetUtcNow() + Shorter(_connection.Timeout, pause)).UtcDateTime))
                {
                    await _lost.CancelAsync();
                    return;
                }
                Confirm(sent);
                failures = 0;
            }
            catch (ObjectDisposedException)
            {
                await _lost.CancelAsync();
                return;
            }
            catch (RpcException)
            {
                failures++;
            }
        }
    }

    // Each renewal opens a stream: it goes to a healthy member with a valid token, and ends when that member is given
    // up.
    private async Task<bool> Renew(DateTime deadline)
    {
        var channel = _connection.Next();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stopped.Token, channel.GivenUp);
        using var call = channel.Leases.LeaseKeepAlive(deadline: deadline, cancellationToken: ended.Token);
        await Calls.Send(call.RequestStream, new LeaseKeepAliveRequest { ID = Id });
        if (!await call.ResponseStream.MoveNext(CancellationToken.None))
            throw new RpcException(new Status(StatusCode.Unavailable, "etcd ended the stream"));
        if (call.ResponseStream.Current.TTL <= 0)
            return false;
        if (_proof is not { } proof)
            return true;
        var answer = await Calls.Once(
            channel, deadline, (channel, options) => channel.Keys.TxnAsync(proof, options),
            cancellationToken: _stopped.Token);
        return answer.Succeeded;
    }

    // Counted from the time of sending: etcd counts from a later time, so it ends the lease no earlier.
    private void Confirm(long sent)
    {
        var left = _timeToLive - _time.GetElapsedTime(sent);
        if (left > TimeSpan.Zero)
            _lost.CancelAfter(left);
        else
            _lost.Cancel();
    }

    private static TimeSpan Shorter(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
