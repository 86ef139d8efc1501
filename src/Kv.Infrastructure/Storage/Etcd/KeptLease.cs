using Etcdserverpb;
using Grpc.Core;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// A lease that is kept alive until it is disposed of, which revokes it. <see cref="Lost"/> tells that etcd has ended
/// it, or may have: all that is known is that etcd keeps it for its time to live from each renewal on.
/// </summary>
internal sealed class KeptLease : IAsyncDisposable
{
    private readonly EtcdConnection _connection;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeToLive;
    private readonly CancellationTokenSource _stopped = new();
    private readonly CancellationTokenSource _lost;
    private readonly Task _keeping;
    private volatile TxnRequest? _proof;
    private int _isDisposed;

    private KeptLease(EtcdConnection connection, TimeProvider time, TimeSpan timeToLive, long id, long granted)
    {
        (_connection, _time, _timeToLive, Id) = (connection, time, timeToLive, id);
        _lost = new CancellationTokenSource(timeToLive, time);
        Lost = _lost.Token;
        Confirm(granted);
        _keeping = Keep();
    }

    /// <summary>The id, which etcd chose.</summary>
    public long Id { get; }

    public CancellationToken Lost { get; }

    /// <exception cref="RpcException">etcd did not grant it. One that it granted without an answer ends by itself.</exception>
    public static async Task<KeptLease> Grant(
        EtcdConnection connection, TimeProvider time, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        var sent = time.GetTimestamp();
        var answer = await connection.Leases.LeaseGrantAsync(
            new LeaseGrantRequest { TTL = (long)Math.Ceiling(timeToLive.TotalSeconds) },
            deadline: connection.Deadline,
            cancellationToken: cancellationToken);
        return new KeptLease(connection, time, timeToLive, answer.ID, sent);
    }

    /// <summary>From now on the lease also counts as lost when a key's condition no longer holds.</summary>
    public void Guard(StoreKey key, Compare condition) =>
        // Without the read etcd takes the transaction for one that may be answered from a member's stale state.
        _proof = EtcdMessages.ToRequest(new Transaction([condition], [new Operation.Read(key)]));

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
            return;
        await _stopped.CancelAsync();
        // What it may throw comes from those who were told of a loss.
        await _keeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await Calls.Repeat(_connection, _time, by => _connection.Leases.LeaseRevokeAsync(
                new LeaseRevokeRequest { ID = Id }, deadline: by));
        }
        catch (Exception error) when (error is RpcException or ObjectDisposedException)
        {
            // It ends by itself, as nobody renews it.
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
                if (!await Renew(_time.GetUtcNow() + Shorter(_connection.Timeout, pause)))
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

    // A stream for each renewal: it goes to whichever member is next, with a token that is valid.
    private async Task<bool> Renew(DateTimeOffset by)
    {
        using var call = _connection.Leases.LeaseKeepAlive(deadline: by.UtcDateTime, cancellationToken: _stopped.Token);
        await Calls.Send(call.RequestStream, new LeaseKeepAliveRequest { ID = Id });
        if (!await call.ResponseStream.MoveNext(CancellationToken.None))
            throw new RpcException(new Status(StatusCode.Unavailable, "etcd ended the stream"));
        if (call.ResponseStream.Current.TTL <= 0)
            return false;
        if (_proof is not { } proof)
            return true;
        var answer = await _connection.Keys.TxnAsync(proof, deadline: by.UtcDateTime, cancellationToken: _stopped.Token);
        return answer.Succeeded;
    }

    // Counted from when the request was sent: etcd counts from later, so it ends the lease no earlier than this.
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
