using System.Diagnostics;
using Etcdserverpb;
using Grpc.Core;
using Kv.Domain.Storage;
using EtcdKeyValue = Mvccpb.KeyValue;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// Point reads that share one read-only transaction. etcd confirms its leadership once for all of them, so a shared
/// read is as linearizable as a single one.
/// </summary>
internal sealed class GroupRead(
    EtcdConnection connection,
    EntryReader reader,
    ReadConsistency consistency,
    LargeKeys large,
    TimeProvider time,
    TimeSpan timeout)
    : Batcher<GroupRead.PendingRead>(MaxReads, time, timeout)
{
    // etcd takes 128 operations in a transaction (--max-txn-ops).
    private const int MaxReads = 100;

    // The target size of a batch's values in bytes, estimated by the largest recent value.
    private const int AnswerBudget = 4 * 1024 * 1024;

    private int _largestLately = 1;

    private EtcdConnection Connection => connection;

    public async ValueTask<PointRead> Get(StoreKey key)
    {
        var pending = new PendingRead(key, beside: null, Time.GetTimestamp());
        Enqueue(pending);
        var found = await pending.Task;
        large.Note(key, found.Kv?.Value.Length ?? 0);
        return new PointRead(await Read(found.Kv), found.Revision);
    }

    public async ValueTask<PairRead> GetPair(StoreKey key, StoreKey beside)
    {
        var pending = new PendingRead(key, beside, Time.GetTimestamp());
        Enqueue(pending);
        var found = await pending.Task;
        large.Note(key, found.Kv?.Value.Length ?? 0);
        return new PairRead(await Read(found.Kv), await Read(found.Beside), found.Revision);
    }

    protected override IBatch NewBatch() => new Batch(this, Math.Clamp(AnswerBudget / _largestLately, 1, MaxReads));

    private bool MayBeStale => consistency == ReadConsistency.Serializable;

    private RangeRequest Request(StoreKey key) => new()
    {
        Key = EtcdMessages.Wrap(key),
        Serializable = MayBeStale,
    };

    private ValueTask<Entry?> Read(EtcdKeyValue? kv) => kv is null ? default : reader.Read(kv);

    // The estimate decays, so that one large value does not keep batches small forever. A lost update is harmless.
    private EtcdKeyValue? Only(RangeResponse answer)
    {
        if (answer.Kvs.Count == 0)
            return null;
        var kv = answer.Kvs[0];
        _largestLately = Math.Max(kv.Value.Length + 1, _largestLately - _largestLately / 16);
        return kv;
    }

    /// <summary>etcd's answer: a key, and the second one of a pair.</summary>
    internal readonly record struct Found(EtcdKeyValue? Kv, EtcdKeyValue? Beside, long Revision);

    internal sealed class PendingRead(StoreKey key, StoreKey? beside, long arrivedAt)
        : TaskCompletionSource<Found>(BatchSpan.Caller, TaskCreationOptions.RunContinuationsAsynchronously),
            IPending, ITraced
    {
        public StoreKey Key { get; } = key;

        public StoreKey? Beside { get; } = beside;

        public int OperationCount => Beside is null ? 1 : 2;

        public Activity? Caller => (Activity?)Task.AsyncState;

        public long ArrivedAt { get; } = arrivedAt;
    }

    private sealed class Batch(GroupRead owner, int limit) : IBatch
    {
        private readonly List<PendingRead> _reads = [];
        private int _operations;

        public Fit TryAdd(PendingRead pending)
        {
            if (_reads.Count > 0 && _operations + pending.OperationCount > limit)
                return Fit.Full;
            _reads.Add(pending);
            _operations += pending.OperationCount;
            return Fit.Taken;
        }

        public async Task Send()
        {
            StoreTelemetry.ReadBatchSize.Record(_reads.Count);
            using var span = BatchSpan.Begin("etcd read", _reads);
            try
            {
                await (_reads.Count == 1 ? SendOne(_reads[0]) : SendTogether(_reads));
            }
            catch (RpcException error) when (_reads.Count > 1 && EtcdErrors.IsAnswerTooLarge(error))
            {
                await SendOneByOne();
            }
            catch (RpcException error)
            {
                Fail(EtcdErrors.Translate(error, "read", isWrite: false));
            }
        }

        public void Fail(Exception error)
        {
            foreach (var read in _reads)
                read.TrySetException(error);
        }

        private async Task SendTogether(IReadOnlyList<PendingRead> reads)
        {
            var request = new TxnRequest();
            foreach (var read in reads)
            {
                request.Success.Add(new RequestOp { RequestRange = owner.Request(read.Key) });
                if (read.Beside is { } beside)
                    request.Success.Add(new RequestOp { RequestRange = owner.Request(beside) });
            }
            var answer = await Calls.Repeat(
                owner.Connection, owner.Time, (channel, options) => channel.Keys.TxnAsync(request, options),
                mayBeStale: owner.MayBeStale);
            var next = 0;
            foreach (var read in reads)
                read.TrySetResult(new Found(Next(), read.Beside is null ? null : Next(), answer.Header.Revision));

            EtcdKeyValue? Next() => owner.Only(answer.Responses[next++].ResponseRange);
        }

        private async Task SendOne(PendingRead read)
        {
            if (read.Beside is not null)
            {
                await SendTogether([read]);
                return;
            }
            var request = owner.Request(read.Key);
            var answer = await Calls.Repeat(
                owner.Connection, owner.Time, (channel, options) => channel.Keys.RangeAsync(request, options),
                mayBeStale: owner.MayBeStale);
            read.TrySetResult(new Found(owner.Only(answer), null, answer.Header.Revision));
        }

        private async Task SendOneByOne()
        {
            foreach (var read in _reads)
            {
                try
                {
                    await SendOne(read);
                }
                catch (RpcException error)
                {
                    var failure = EtcdErrors.Translate(error, "read", isWrite: false);
                    if (failure is StoreUnavailableException)
                    {
                        // etcd became unavailable meanwhile: fail the rest at once instead of one after the other.
                        Fail(failure);
                        return;
                    }
                    read.TrySetException(failure);
                }
            }
        }
    }
}
