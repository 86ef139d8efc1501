using System.Text;
using Etcdserverpb;
using Grpc.Core;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// Locks by the protocol of etcd's own clients (concurrency.Mutex in Go), so that they also exclude those. A caller
/// puts a key under the lock's name with its lease, and the oldest key holds the lock. The queue is managed here and
/// not by etcd's lock service: that service gives up the place in the queue with each lost connection, and waits
/// without end on a member that has lost its leader.
/// </summary>
internal sealed partial class EtcdLocks(EtcdConnection connection, IStore store, TimeProvider time, ILogger logger)
{
    /// <inheritdoc cref="IStore.Lock"/>
    public async Task<IStoreLock> Acquire(
        StoreKey name, ReadOnlyMemory<byte> note, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        while (true)
        {
            KeptLease? lease = null;
            EtcdLock? held = null;
            try
            {
                lease = await Retry(
                    () => KeptLease.Grant(connection, time, timeToLive, cancellationToken), name, cancellationToken);
                using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
                return held = await Wait(name, note, lease, waiting.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // The lease was lost, and with it the place in the queue.
            }
            catch (OperationCanceledException)
            {
                throw new OperationCanceledException(cancellationToken);
            }
            catch (ObjectDisposedException error)
            {
                throw new StoreUnavailableException("The store is closed.", inner: error);
            }
            finally
            {
                if (held is null && lease is not null)
                    await lease.DisposeAsync();
            }
        }
    }

    private async Task<EtcdLock> Wait(
        StoreKey name, ReadOnlyMemory<byte> note, KeptLease lease, CancellationToken cancellationToken)
    {
        var prefix = new StoreKey((byte[])[.. name.Span, (byte)'/']);
        var key = new StoreKey((byte[])[.. prefix.Span, .. Encoding.ASCII.GetBytes($"{lease.Id:x}")]);
        var request = Queue(key, note, KeyRange.Prefix(prefix), lease.Id);
        while (true)
        {
            var answer = await Retry(
                () => Calls.Repeat(
                    connection, time, (channel, options) => channel.Keys.TxnAsync(request, options),
                    cancellationToken: cancellationToken),
                name,
                cancellationToken);
            var queue = answer.Responses[^1].ResponseRange.Kvs;
            var place = 0;
            while (!new StoreKey(queue[place].Key.Memory).Equals(key))
                place++;
            if (place == 0)
                return new EtcdLock(connection, time, lease, key, queue[0].CreateRevision);
            // Watch only the key before: a single waiter wakes up when the lock changes hands.
            var before = new StoreKey(queue[place - 1].Key.Memory);
            await WaitUntilGone(before, answer.Header.Revision + 1, cancellationToken);
        }
    }

    // The request puts the key unless it exists, and reads the queue in order of creation. It can be repeated.
    private static TxnRequest Queue(StoreKey key, ReadOnlyMemory<byte> note, KeyRange queue, long lease)
    {
        var request = EtcdMessages.ToRequest(new Transaction([Compare.Absent(key)], []));
        var put = new PutRequest { Key = EtcdMessages.Wrap(key), Value = EtcdMessages.Wrap(note), Lease = lease };
        request.Success.Add(new RequestOp { RequestPut = put });
        var read = EtcdMessages.ToRequest(new RangeQuery(queue, Limit: 0, KeysOnly: true));
        read.SortTarget = RangeRequest.Types.SortTarget.Create;
        read.SortOrder = RangeRequest.Types.SortOrder.Ascend;
        request.Success.Add(new RequestOp { RequestRange = read });
        request.Failure.Add(new RequestOp { RequestRange = read });
        return request;
    }

    private async Task WaitUntilGone(StoreKey key, long fromRevision, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var changes in store.Watch(KeyRange.Single(key), fromRevision, cancellationToken))
                if (changes.Changes.Any(change => change.Kind != ChangeKind.Put))
                    return;
        }
        catch (RevisionCompactedException)
        {
            // The caller reads the queue again, which shows the same.
        }
    }

    private Task<T> Retry<T>(Func<Task<T>> call, StoreKey name, CancellationToken cancellationToken) =>
        Backoff.Retry<T, RpcException>(
            call, time, error => LogWaitFailed(name, error.StatusCode, error.Status.Detail), cancellationToken);
}
