using System.Text;
using Etcdserverpb;
using Grpc.Core;
using Kv.Domain.Storage;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// Locks by the protocol of etcd's own clients (concurrency.Mutex in Go), so that they exclude those as well: who asks
/// puts a key under the lock's name with its lease, and the key that came first has the lock. The queue is kept from
/// here and not by etcd's lock service: that one gives a place in it up with each lost connection, and waits without
/// end on a member that has lost its leader.
/// </summary>
internal sealed partial class EtcdLocks(EtcdConnection connection, IStore store, TimeProvider time, ILogger logger)
{
    /// <inheritdoc cref="IStore.Lock"/>
    public async Task<IStoreLock> Take(StoreKey name, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        try
        {
            return await TakeWhileOpen(name, timeToLive, cancellationToken);
        }
        catch (ObjectDisposedException error)
        {
            throw new StoreUnavailableException("The store is closed.", inner: error);
        }
    }

    private async Task<EtcdLock> TakeWhileOpen(StoreKey name, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        while (true)
        {
            var lease = await Insist(() => KeptLease.Grant(connection, time, timeToLive, cancellationToken), name, cancellationToken);
            EtcdLock? held = null;
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
            try
            {
                return held = await Wait(name, lease, waiting.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // The lease was lost, and the place in the queue with it.
            }
            catch (OperationCanceledException)
            {
                throw new OperationCanceledException(cancellationToken);
            }
            finally
            {
                if (held is null)
                    await lease.DisposeAsync();
            }
        }
    }

    private async Task<EtcdLock> Wait(StoreKey name, KeptLease lease, CancellationToken cancellationToken)
    {
        var prefix = new StoreKey((byte[])[.. name.Span, (byte)'/']);
        var key = new StoreKey((byte[])[.. prefix.Span, .. Encoding.ASCII.GetBytes($"{lease.Id:x}")]);
        var request = Queue(key, KeyRange.Prefix(prefix), lease.Id);
        while (true)
        {
            var answer = await Insist(
                () => Calls.Repeat(connection, time, by => connection.Keys.TxnAsync(
                    request, deadline: by, cancellationToken: cancellationToken)),
                name,
                cancellationToken);
            var queue = answer.Responses[^1].ResponseRange.Kvs;
            var place = 0;
            while (!new StoreKey(queue[place].Key.Memory).Equals(key))
                place++;
            if (place == 0)
                return new EtcdLock(lease, key, queue[0].CreateRevision);
            // Only the one before: when the lock changes hands, one that waits wakes up.
            await Gone(new StoreKey(queue[place - 1].Key.Memory), answer.Header.Revision + 1, cancellationToken);
        }
    }

    // Puts the key where it is not there yet, and reads the queue in its order. Done twice, it is done once.
    private static TxnRequest Queue(StoreKey key, KeyRange everyone, long lease)
    {
        var request = EtcdMessages.ToRequest(new Transaction([Compare.Absent(key)], []));
        request.Success.Add(new RequestOp { RequestPut = new PutRequest { Key = EtcdMessages.Wrap(key), Lease = lease } });
        var read = EtcdMessages.ToRequest(new RangeQuery(everyone, Limit: 0, KeysOnly: true));
        read.SortTarget = RangeRequest.Types.SortTarget.Create;
        read.SortOrder = RangeRequest.Types.SortOrder.Ascend;
        request.Success.Add(new RequestOp { RequestRange = read });
        request.Failure.Add(new RequestOp { RequestRange = read });
        return request;
    }

    private async Task Gone(StoreKey key, long fromRevision, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var changes in store.Watch(KeyRange.Single(key), fromRevision, cancellationToken))
                if (changes.Changes.Any(change => change.Kind != ChangeKind.Put))
                    return;
        }
        catch (RevisionCompactedException)
        {
            // A look at the queue tells as well.
        }
    }

    private async Task<T> Insist<T>(Func<Task<T>> call, StoreKey name, CancellationToken cancellationToken)
    {
        for (var failures = 0; ;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return await call();
            }
            catch (RpcException error)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (failures == 0)
                    LogWaitFailed(name, error.StatusCode, error.Status.Detail);
                await Task.Delay(Backoff.After(failures++), time, cancellationToken);
            }
        }
    }
}
