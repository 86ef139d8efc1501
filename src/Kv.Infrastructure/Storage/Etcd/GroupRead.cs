using Etcdserverpb;
using Grpc.Core;
using Kv.Domain.Storage;
using EtcdKeyValue = Mvccpb.KeyValue;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// Point reads that share one read-only transaction. etcd confirms its leadership once for all of them, so a shared
/// read is as linearizable as one of its own.
/// </summary>
internal sealed class GroupRead(
    EtcdConnection connection,
    EntryReader reader,
    ReadConsistency consistency,
    TimeProvider time,
    TimeSpan timeout)
    : Batcher<GroupRead.PendingRead>(MaxInFlight, time, timeout)
{
    private const int MaxInFlight = 2;

    // etcd takes 128 operations in a transaction (--max-txn-ops).
    private const int MaxReads = 100;

    // A batch aims at no more than this many bytes of values, going by the largest that were read lately.
    private const int AnswerBudget = 4 * 1024 * 1024;

    private int _largestLately = 1;

    private EtcdConnection Connection => connection;

    public async ValueTask<PointRead> Get(StoreKey key)
    {
        var pending = new PendingRead(key);
        Enqueue(pending);
        var (kv, revision) = await pending.Task;
        return new PointRead(kv is null ? null : await reader.Read(kv), revision);
    }

    protected override IBatch NewBatch() => new Batch(this, Math.Clamp(AnswerBudget / _largestLately, 1, MaxReads));

    private RangeRequest Request(StoreKey key) => new()
    {
        Key = EtcdMessages.Wrap(key),
        Serializable = consistency == ReadConsistency.Serializable,
    };

    private void Settle(PendingRead pending, RangeResponse answer, long revision)
    {
        var kv = answer.Kvs.Count == 0 ? null : answer.Kvs[0];
        // Decays, so that one large value does not keep batches small for ever. A lost update does no harm.
        if (kv is not null)
            _largestLately = Math.Max(kv.Value.Length + 1, _largestLately - _largestLately / 16);
        pending.TrySetResult((kv, revision));
    }

    internal sealed class PendingRead(StoreKey key)
        : TaskCompletionSource<(EtcdKeyValue? Kv, long Revision)>(TaskCreationOptions.RunContinuationsAsynchronously), IPending
    {
        public StoreKey Key { get; } = key;

        public long QueuedAt { get; set; }
    }

    private sealed class Batch(GroupRead owner, int limit) : IBatch
    {
        private readonly List<PendingRead> _reads = [];

        public Fit TryAdd(PendingRead pending)
        {
            if (_reads.Count == limit)
                return Fit.Full;
            _reads.Add(pending);
            return Fit.Taken;
        }

        public async Task Send()
        {
            try
            {
                if (_reads.Count == 1)
                    await SendOne(_reads[0]);
                else
                    await SendTogether();
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

        private async Task SendTogether()
        {
            var request = new TxnRequest();
            foreach (var read in _reads)
                request.Success.Add(new RequestOp { RequestRange = owner.Request(read.Key) });
            var answer = await Calls.Repeat(
                owner.Connection, owner.Time, by => owner.Connection.Keys.TxnAsync(request, deadline: by));
            for (var i = 0; i < _reads.Count; i++)
                owner.Settle(_reads[i], answer.Responses[i].ResponseRange, answer.Header.Revision);
        }

        private async Task SendOne(PendingRead read)
        {
            var request = owner.Request(read.Key);
            var answer = await Calls.Repeat(
                owner.Connection, owner.Time, by => owner.Connection.Keys.RangeAsync(request, deadline: by));
            owner.Settle(read, answer, answer.Header.Revision);
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
                        // etcd went away meanwhile: the rest does not wait for it one after the other.
                        Fail(failure);
                        return;
                    }
                    read.TrySetException(failure);
                }
            }
        }
    }
}
