using Etcdserverpb;
using Google.Protobuf.Collections;
using Grpc.Core;
using Kv.Domain.Storage;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// Transactions that share one transaction of etcd, and so one round of consensus. One with compares goes in as a
/// nested transaction, so that a condition that is not met fails nobody else.
/// </summary>
internal sealed class GroupCommit(EtcdConnection connection, LeasePool leases, EntryReader reader, TimeProvider time, TimeSpan timeout)
    : Batcher<PendingWrite>(MaxOperations, time, timeout, Few)
{
    // etcd takes 128 operations (--max-txn-ops), and counts those of a nested transaction on top of the outer ones.
    private const int MaxOperations = 100;

    // etcd takes requests of 1.5 MiB (--max-request-bytes).
    private const int MaxBytes = 1024 * 1024;

    /// <summary>
    /// How many writes go side by side. A few puts by themselves are answered sooner than a transaction of them: etcd before 3.5 makes a
    /// copy of what it has not written back yet for each transaction, and none for a put. From ten callers on sharing wins.
    /// </summary>
    public const int Few = 8;

    /// <summary>How many operations a transaction may have to share a batch with others.</summary>
    public const int MaxSharedOperations = 16;

    private EntryReader Reader => reader;

    public Task<CommitResult> Commit(PendingWrite write)
    {
        write.IsShared = true;
        Enqueue(write);
        return write.Task;
    }

    /// <summary>Sends a transaction alone: one over a range, or with more operations than a batch has room for.</summary>
    public async Task<CommitResult> CommitAlone(PendingWrite write)
    {
        await SendOne(write);
        return await write.Task;
    }

    protected override IBatch NewBatch() => new Batch(this);

    private async Task SendOne(PendingWrite write)
    {
        try
        {
            if (write.PlainPut is { } put)
            {
                var done = await WithLeases([write], () => connection.Keys.PutAsync(EtcdMessages.ToRequest(put), deadline: connection.Deadline));
                write.SettlePut(succeeded: true, done.Header.Revision);
                return;
            }
            var answer = await SendTransaction([write], () => write.ToRequest(Time.GetUtcNow()));
            Settle(write, answer.Succeeded, answer.Responses, answer.Header.Revision);
        }
        catch (RpcException error)
        {
            write.TrySetException(EtcdErrors.Translate(error, "write", isWrite: true));
        }
        catch (Exception error)
        {
            write.TrySetException(error);
        }
    }

    private Task<TxnResponse> SendTransaction(IReadOnlyList<PendingWrite> writes, Func<TxnRequest> request) =>
        WithLeases(writes, () => connection.Keys.TxnAsync(request(), deadline: connection.Deadline));

    // etcd may have dropped a lease that the pool knows (revoked by hand, or over because a clock jumped): it is
    // granted again, once. A rejected token is refreshed, once. A call that found nobody to take it goes to another
    // member, once. All these errors say that nothing was done.
    private async Task<TAnswer> WithLeases<TAnswer>(IReadOnlyList<PendingWrite> writes, Func<AsyncUnaryCall<TAnswer>> send)
    {
        try
        {
            return await send();
        }
        catch (RpcException error) when (EtcdErrors.IsLeaseMissing(error))
        {
            foreach (var deadline in writes.SelectMany(write => write.Deadlines))
                leases.Forget(deadline);
            foreach (var deadline in writes.SelectMany(write => write.Deadlines))
                await leases.Ensure(deadline);
            return await send();
        }
        catch (RpcException error) when (EtcdErrors.IsTokenRejected(error) || EtcdErrors.IsNeverSent(error))
        {
            return await send();
        }
    }

    private void Settle(PendingWrite write, bool succeeded, RepeatedField<ResponseOp> responses, long revision)
    {
        if (write.IsGuarded)
        {
            if (succeeded)
            {
                // The key was past its deadline and is removed by now: the transaction meets it absent.
                Again(write);
                return;
            }
            var nested = responses[0].ResponseTxn;
            (succeeded, responses) = (nested.Succeeded, nested.Responses);
        }
        _ = write.Settle(reader, succeeded, responses, 0, responses.Count, revision);
    }

    private void Again(PendingWrite write)
    {
        try
        {
            if (write.IsShared)
                Enqueue(write);
            else
                _ = SendOne(write);
        }
        catch (StoreUnavailableException error)
        {
            write.TrySetException(error);
        }
    }

    private sealed class Batch(GroupCommit owner) : IBatch
    {
        private readonly List<PendingWrite> _writes = [];
        private readonly HashSet<StoreKey> _keys = [];
        private int _operations;
        private int _bytes;

        public Fit TryAdd(PendingWrite write)
        {
            if (_writes.Count > 0
                && (_operations + write.OperationCount > MaxOperations || _bytes + write.Bytes > MaxBytes))
                return Fit.Full;
            // etcd refuses a transaction that writes a key twice, and evaluates every compare before any write.
            if (!write.TryTakeKeys(_keys))
                return Fit.Later;
            _writes.Add(write);
            _operations += write.OperationCount;
            _bytes += write.Bytes;
            return Fit.Taken;
        }

        public async Task Send()
        {
            StoreMetrics.CommitBatchSize.Record(_writes.Count);
            using var span = BatchSpan.Begin("etcd commit", _writes);
            if (_writes.Count == 1)
            {
                await owner.SendOne(_writes[0]);
                return;
            }
            try
            {
                Settle(await owner.SendTransaction(_writes, Request));
            }
            catch (RpcException error) when (EtcdErrors.IsRejected(error))
            {
                // One of them is to blame. Nothing was done, so each goes by itself and fails by itself.
                foreach (var write in _writes)
                {
                    await owner.SendOne(write);
                    if (write.Task.Exception?.InnerException is not StoreUnavailableException)
                        continue;
                    // etcd went away meanwhile: the rest was not sent, and does not wait for it one after the other.
                    Fail(new StoreUnavailableException("etcd went away; the request was not sent."));
                    return;
                }
            }
            catch (RpcException error)
            {
                Fail(EtcdErrors.Translate(error, "write", isWrite: true));
            }
        }

        public void Fail(Exception error)
        {
            foreach (var write in _writes)
                write.TrySetException(error);
        }

        private TxnRequest Request()
        {
            var request = new TxnRequest();
            var now = owner.Time.GetUtcNow();
            foreach (var write in _writes)
            {
                if (write.IsConditional)
                    request.Success.Add(new RequestOp { RequestTxn = write.ToRequest(now) });
                else
                    EtcdMessages.AddOperations(request.Success, write.Transaction.Then);
            }
            return request;
        }

        private void Settle(TxnResponse answer)
        {
            var revision = answer.Header.Revision;
            var next = 0;
            foreach (var write in _writes)
            {
                if (write.IsConditional)
                {
                    var nested = answer.Responses[next++].ResponseTxn;
                    owner.Settle(write, nested.Succeeded, nested.Responses, revision);
                }
                else
                {
                    var count = write.Transaction.Then.Count;
                    _ = write.Settle(owner.Reader, succeeded: true, answer.Responses, next, count, revision);
                    next += count;
                }
            }
        }
    }
}
