using Etcdserverpb;
using Grpc.Core;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>A lock that is held by a lease: when the lease ends, etcd removes the key of the lock.</summary>
internal sealed class EtcdLock : IStoreLock
{
    private readonly EtcdConnection _connection;
    private readonly TimeProvider _time;
    private readonly KeptLease _lease;
    private readonly StoreKey _key;
    private readonly long _createRevision;
    private long _modRevision;

    /// <param name="key">The key of the lock's holder.</param>
    /// <param name="revision">The revision at which the key was created.</param>
    public EtcdLock(EtcdConnection connection, TimeProvider time, KeptLease lease, StoreKey key, long revision)
    {
        (_connection, _time, _lease, _key) = (connection, time, lease, key);
        _createRevision = _modRevision = revision;
        lease.Guard(key, Compare.CreateRevision(key, CompareRelation.Equal, revision));
    }

    public Compare Fence => Compare.ModRevision(_key, CompareRelation.Equal, Volatile.Read(ref _modRevision));

    public CancellationToken Lost => _lease.Lost;

    public async Task MoveFence(CancellationToken cancellationToken)
    {
        var request = Rewrite();
        try
        {
            var answer = await Calls.Repeat(
                _connection, _time, (channel, options) => channel.Keys.TxnAsync(request, options),
                cancellationToken: cancellationToken);
            // When the key is absent or was created again, the lock is lost, and the fence must not hold.
            if (answer.Responses[^1].ResponseRange.Kvs is [var entry] && entry.CreateRevision == _createRevision)
                Volatile.Write(ref _modRevision, entry.ModRevision);
        }
        catch (RpcException error)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw EtcdErrors.Translate(error, "move the fence of a lock", isWrite: true);
        }
    }

    public ValueTask DisposeAsync() => _lease.DisposeAsync();

    // Rewrites the key unless an earlier attempt has, and reads its revision. So it can be repeated.
    private TxnRequest Rewrite()
    {
        var key = EtcdMessages.Wrap(_key);
        var request = EtcdMessages.ToRequest(new Transaction([Fence], []));
        request.Success.Add(
            new RequestOp { RequestPut = new PutRequest { Key = key, IgnoreValue = true, IgnoreLease = true } });
        var read = new RequestOp { RequestRange = new RangeRequest { Key = key, KeysOnly = true } };
        request.Success.Add(read);
        request.Failure.Add(read);
        return request;
    }
}
