using System.Diagnostics;
using Etcdserverpb;
using Grpc.Core;
using EtcdKeyValue = Mvccpb.KeyValue;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// Point reads that share one read-only transaction. etcd confirms its leadership once for all of them, so a shared
/// read is as linearizable as a single one. Under load, cached keys are not read from etcd: a call without values
/// returns the current revision, and the cached keys are current when the cache's watch reaches it. A reader joins only
/// a call that is sent after the reader arrived.
/// </summary>
internal sealed class GroupRead(
    EtcdConnection connection,
    EntryReader reader,
    ReadConsistency consistency,
    LargeKeys large,
    NearCache? cache,
    EngineTelemetry telemetry,
    TimeProvider time,
    TimeSpan timeout)
    : Batcher<GroupRead.PendingRead>(MaxReads, time, timeout)
{
    // etcd takes 128 operations in a transaction (--max-txn-ops).
    private const int MaxReads = 100;

    // Up to this many readers read the keys themselves: that is faster than the way over the cache.
    private const int MaxDirectReads = 2;

    // The target size of a batch's values in bytes, estimated by the largest recent value.
    private const int AnswerBudget = 4 * 1024 * 1024;

    private int _largestLately = 1;

    private EtcdConnection Connection => connection;

    private NearCache? Cache => cache;

    private EngineTelemetry Telemetry => telemetry;

    public async ValueTask<PointRead> Get(StoreKey key)
    {
        var pending = new PendingRead(key, second: null, Time.GetTimestamp());
        Enqueue(pending);
        var found = await pending.Task;
        large.Note(key, found.Kv?.Value.Length ?? 0);
        return new PointRead(await Read(found.Kv), found.Revision);
    }

    public async ValueTask<PairRead> GetPair(StoreKey key, StoreKey second)
    {
        var pending = new PendingRead(key, second, Time.GetTimestamp());
        Enqueue(pending);
        var found = await pending.Task;
        large.Note(key, found.Kv?.Value.Length ?? 0);
        return new PairRead(await Read(found.Kv), await Read(found.Second), found.Revision);
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
    private EtcdKeyValue? Take(StoreKey key, RangeResponse answer, long revision, CacheWatch? watch)
    {
        var kv = answer.Kvs.Count > 0 ? answer.Kvs[0] : null;
        if (kv is not null)
            _largestLately = Math.Max(kv.Value.Length + 1, _largestLately - _largestLately / 16);
        cache?.Offer(watch, key, kv, revision);
        return kv;
    }

    /// <summary>etcd's answer: a key, and the second one of a pair.</summary>
    internal readonly record struct Found(EtcdKeyValue? Kv, EtcdKeyValue? Second, long Revision);

    internal sealed class PendingRead(StoreKey key, StoreKey? second, long arrivedAt)
        : TaskCompletionSource<Found>(BatchSpan.Caller, TaskCreationOptions.RunContinuationsAsynchronously),
            IPending
    {
        public StoreKey Key { get; } = key;

        public StoreKey? Second { get; } = second;

        public int OperationCount => Second is null ? 1 : 2;

        public Activity? Caller => (Activity?)Task.AsyncState;

        public long ArrivedAt { get; } = arrivedAt;
    }

    private sealed class Batch(GroupRead owner, int limit) : IBatch
    {
        private readonly CacheWatch? _watch = owner.Cache?.Watch;
        private readonly List<PendingRead> _asked = [];
        private List<PendingRead>? _cached;
        private int _operations;

        public IEnumerable<PendingRead> Requests => _asked.Concat(_cached ?? []);

        private int Count => _asked.Count + (_cached?.Count ?? 0);

        public Fit TryAdd(PendingRead pending)
        {
            // The call for cached keys is the same for any number of them.
            if (IsCached(pending))
            {
                (_cached ??= []).Add(pending);
                return Fit.Taken;
            }
            if (_asked.Count > 0 && _operations + pending.OperationCount > limit)
                return Fit.Full;
            _asked.Add(pending);
            _operations += pending.OperationCount;
            return Fit.Taken;
        }

        public async Task Send()
        {
            owner.Telemetry.ReadBatchSize.Record(Count);
            if (Count > MaxDirectReads)
                owner.Cache?.NoteDemand();
            if (_cached is null)
            {
                await Ask(_asked);
            }
            else if (Count <= MaxDirectReads)
            {
                await Ask([.. Requests]);
            }
            else
            {
                var asking = _asked.Count == 0 ? Task.CompletedTask : Ask(_asked);
                await AnswerFromCache(_watch!, _cached);
                await asking;
            }
        }

        private bool IsCached(PendingRead read) =>
            !owner.MayBeStale && _watch is not null && _watch.Keys.Has(read.Key)
            && (read.Second is not { } second || _watch.Keys.Has(second));

        private async Task AnswerFromCache(CacheWatch watch, List<PendingRead> reads)
        {
            try
            {
                using var span = BatchSpan.Begin("etcd read", reads);
                if (await watch.Pass() is { } revision)
                    owner.Cache!.Answered(reads.RemoveAll(read => TryAnswer(watch.Keys, read, revision)));
            }
            catch (RpcException error)
            {
                Fail(reads, EtcdErrors.Translate(error, "read", isWrite: false));
                return;
            }
            if (reads.Count > 0)
                await Task.WhenAll(reads.Chunk(MostInCall(reads)).Select(part => Ask([.. part])));
        }

        private int MostInCall(List<PendingRead> reads) => Math.Max(1, limit / reads.Max(read => read.OperationCount));

        private static bool TryAnswer(CachedKeys keys, PendingRead read, long revision)
        {
            if (read.Second is { } second)
                return keys.FindAll([read.Key, second], ref revision) is { } pair
                    && read.TrySetResult(new Found(pair[0], pair[1], revision));
            return keys.TryGet(read.Key, out var kv, out var since)
                && read.TrySetResult(new Found(kv, null, Math.Max(revision, since)));
        }

        private async Task Ask(List<PendingRead> reads)
        {
            using var span = BatchSpan.Begin("etcd read", reads);
            try
            {
                await (reads is [{ Second: null } only] ? SendOne(only) : SendTogether(reads));
            }
            catch (RpcException error) when (reads.Count > 1 && EtcdErrors.IsAnswerTooLarge(error))
            {
                foreach (var read in reads)
                {
                    await Ask([read]);
                    // etcd became unavailable meanwhile: fail the rest at once instead of one after the other.
                    if (read.Task.Exception?.InnerException is not StoreUnavailableException gone)
                        continue;
                    Fail(reads, gone);
                    break;
                }
            }
            catch (RpcException error)
            {
                Fail(reads, EtcdErrors.Translate(error, "read", isWrite: false));
            }
        }

        private async Task SendTogether(List<PendingRead> reads)
        {
            var request = new TxnRequest();
            foreach (var read in reads)
            {
                request.Success.Add(new RequestOp { RequestRange = owner.Request(read.Key) });
                if (read.Second is { } second)
                    request.Success.Add(new RequestOp { RequestRange = owner.Request(second) });
            }
            var answer = await Calls.Repeat(
                owner.Connection, owner.Time, (channel, options) => channel.Keys.TxnAsync(request, options),
                mayBeStale: owner.MayBeStale);
            var revision = answer.Header.Revision;
            var next = 0;
            foreach (var read in reads)
                read.TrySetResult(new Found(
                    Next(read.Key), read.Second is { } second ? Next(second) : null, revision));

            EtcdKeyValue? Next(StoreKey key) =>
                owner.Take(key, answer.Responses[next++].ResponseRange, revision, _watch);
        }

        private async Task SendOne(PendingRead read)
        {
            var request = owner.Request(read.Key);
            var answer = await Calls.Repeat(
                owner.Connection, owner.Time, (channel, options) => channel.Keys.RangeAsync(request, options),
                mayBeStale: owner.MayBeStale);
            var revision = answer.Header.Revision;
            read.TrySetResult(new Found(owner.Take(read.Key, answer, revision, _watch), null, revision));
        }
    }
}
