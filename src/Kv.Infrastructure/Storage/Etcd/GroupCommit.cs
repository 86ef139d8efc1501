using Etcdserverpb;
using Google.Protobuf.Collections;
using Grpc.Core;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// Transactions that share one transaction of etcd, and thereby one round of consensus. A transaction with compares
/// becomes a nested transaction, so that a failed compare affects no other.
/// </summary>
internal sealed class GroupCommit(
    EtcdConnection connection, LeasePool leases, EntryReader reader, EngineTelemetry telemetry, TimeProvider time,
    TimeSpan timeout, Func<long>? others = null)
    : Batcher<PendingWrite>(MaxOperations, time, timeout, others)
{
    // etcd takes 128 operations (--max-txn-ops), and adds those of a nested transaction to the outer ones.
    private const int MaxOperations = 100;

    // etcd takes requests of 1.5 MiB (--max-request-bytes).
    public const int MaxBytes = 1024 * 1024;

    /// <summary>How many operations a transaction may have to share a batch with others.</summary>
    public const int MaxSharedOperations = 16;

    public Task<CommitResult> Commit(PendingWrite write)
    {
        Start(write);
        return write.Task;
    }

    protected override IBatch NewBatch() => new Batch(this);

    // A write that shares no batch has nothing to wait for, unless it waits for its turn.
    private void Start(PendingWrite write)
    {
        if (write.IsShared || TakesTurns)
            Enqueue(write);
        else
            _ = SendOne(write);
    }

    private async Task SendBatch(List<PendingWrite> writes)
    {
        telemetry.CommitBatchSize.Record(writes.Count);
        using var span = BatchSpan.Begin("etcd commit", writes);
        if (writes.Count == 1)
        {
            await SendOne(writes[0]);
            return;
        }
        try
        {
            Complete(writes, await SendTransaction(writes, () => ToRequest(writes)));
        }
        catch (RpcException error) when (EtcdErrors.IsRejected(error))
        {
            // One of the writes caused the refusal. Nothing was applied, so each is sent, and may fail, alone.
            foreach (var write in writes)
            {
                await SendOne(write);
                if (write.Task.Exception?.InnerException is not StoreUnavailableException)
                    continue;
                // etcd became unavailable meanwhile: fail the rest at once instead of one after the other. It was not
                // sent.
                Fail(writes, new StoreUnavailableException("etcd went away; the request was not sent."));
                return;
            }
        }
        catch (RpcException error)
        {
            Fail(writes, EtcdErrors.Translate(error, "write", isWrite: true));
        }
    }

    private async Task SendOne(PendingWrite write)
    {
        try
        {
            if (write.PlainPut is { } put)
            {
                var done = await Send(
                    [write], (channel, options) => channel.Keys.PutAsync(EtcdMessages.ToRequest(put, leases), options));
                write.CompletePut(succeeded: true, done.Header.Revision);
                return;
            }
            var answer = await SendTransaction([write], () => write.ToRequest(Time.GetUtcNow(), leases));
            Complete(write, answer.Succeeded, answer.Responses, answer.Header.Revision);
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
        Send(writes, (channel, options) => channel.Keys.TxnAsync(request(), options));

    // Only an error that proves that nothing was applied allows another attempt: one with new leases, one with a new
    // token, and one at each other member while members cannot be reached. No attempt begins when the time of a write
    // has passed.
    private async Task<TAnswer> Send<TAnswer>(
        IReadOnlyList<PendingWrite> writes, Func<EtcdChannel, CallOptions, AsyncUnaryCall<TAnswer>> send)
    {
        var channel = connection.Next();
        var others = connection.Members - 1;
        var (hasRenewedLeases, hasRenewedToken) = (false, false);
        while (true)
        {
            for (var i = 0; i < writes.Count; i++)
                if (IsOverdue(writes[i]))
                    throw NotSent;
            try
            {
                return await Calls.Once(channel, connection.Deadline, send);
            }
            catch (RpcException error) when (EtcdErrors.IsLeaseMissing(error) && !hasRenewedLeases)
            {
                // etcd has dropped a lease that the pool knows: it was revoked by an operator, or ended because a clock
                // jumped.
                hasRenewedLeases = true;
                await RenewLeases(writes);
            }
            catch (RpcException error) when (EtcdErrors.IsTokenRejected(error) && !hasRenewedToken)
            {
                hasRenewedToken = true;
            }
            catch (RpcException error) when (EtcdErrors.IsNeverSent(error) && others > 0)
            {
                others--;
                channel = connection.Next(except: channel);
            }
        }
    }

    private async Task RenewLeases(IReadOnlyList<PendingWrite> writes)
    {
        var deadlines = writes.SelectMany(write => write.Transaction.Deadlines).ToList();
        deadlines.ForEach(leases.Forget);
        foreach (var deadline in deadlines)
            await leases.Ensure(deadline);
    }

    private TxnRequest ToRequest(List<PendingWrite> writes)
    {
        var request = new TxnRequest();
        var now = Time.GetUtcNow();
        foreach (var write in writes)
        {
            write.JudgedAt = now;
            if (write.IsConditional)
                request.Success.Add(new RequestOp { RequestTxn = write.ToRequest(now, leases) });
            else
                EtcdMessages.AddOperations(request.Success, write.Transaction.Then, leases);
        }
        return request;
    }

    private void Complete(List<PendingWrite> writes, TxnResponse answer)
    {
        var revision = answer.Header.Revision;
        var next = 0;
        foreach (var write in writes)
        {
            if (write.IsConditional)
            {
                var nested = answer.Responses[next++].ResponseTxn;
                Complete(write, nested.Succeeded, nested.Responses, revision);
            }
            else
            {
                var count = write.Transaction.Then.Count;
                _ = write.Complete(reader, succeeded: true, answer.Responses, next, count, revision);
                next += count;
            }
        }
    }

    private void Complete(PendingWrite write, bool succeeded, RepeatedField<ResponseOp> responses, long revision)
    {
        if (write.IsGuarded)
        {
            if (succeeded)
            {
                // The key was past its deadline and is removed now: the transaction is sent again and finds it absent.
                Again(write);
                return;
            }
            var nested = responses[0].ResponseTxn;
            (succeeded, responses) = (nested.Succeeded, nested.Responses);
        }
        _ = write.Complete(reader, succeeded, responses, 0, responses.Count, revision);
    }

    private void Again(PendingWrite write)
    {
        try
        {
            Start(write);
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

        public IEnumerable<PendingWrite> Requests => _writes;

        public long Bytes => _bytes;

        public Fit TryAdd(PendingWrite write)
        {
            if (_writes.Count > 0
                && (!write.IsShared || !_writes[0].IsShared
                    || _operations + write.OperationCount > MaxOperations || _bytes + write.Bytes > MaxBytes))
                return Fit.Full;
            // etcd refuses a transaction that writes a key twice, and evaluates every compare before any write.
            if (!write.TryTakeKeys(_keys))
                return Fit.Later;
            _writes.Add(write);
            _operations += write.OperationCount;
            _bytes += write.Bytes;
            return Fit.Taken;
        }

        public Task Send() => owner.SendBatch(_writes);
    }
}
