namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>A lock that is held by way of a lease: when the lease ends, so does the key that stands for the lock.</summary>
internal sealed class EtcdLock : IStoreLock
{
    private readonly KeptLease _lease;

    public EtcdLock(KeptLease lease, StoreKey key, long revision)
    {
        _lease = lease;
        Fence = Compare.CreateRevision(key, CompareRelation.Equal, revision);
        lease.Guard(key, Fence);
    }

    public Compare Fence { get; }

    public CancellationToken Lost => _lease.Lost;

    public ValueTask DisposeAsync() => _lease.DisposeAsync();
}
