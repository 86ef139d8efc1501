using Etcdserverpb;
using Google.Protobuf;
using EtcdCompare = Etcdserverpb.Compare;
using EtcdKeyValue = Mvccpb.KeyValue;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>Converts between the waist's types and etcd's messages. Keys and values are wrapped, not copied.</summary>
internal static class EtcdMessages
{
    // etcd takes 128 operations or compares at one level of a transaction (--max-txn-ops), less those of the levels
    // above. Larger branches are sent as small nested transactions: next to 100 compares there is room for 28 of their
    // operations.
    private const int MaxOperations = 100;
    private const int MaxNestedOperations = 25;

    public static ByteString Wrap(ReadOnlyMemory<byte> bytes) =>
        bytes.IsEmpty ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(bytes);

    public static ByteString Wrap(StoreKey key) => Wrap(key.Bytes);

    /// <summary>The entry, with its deadline if the lease's id carries it.</summary>
    public static Entry ToEntry(EtcdKeyValue kv) => ToEntry(
        kv, LeaseId.IsOurs(kv.Lease) ? LeaseId.DeadlineOf(kv.Lease) : null);

    public static Entry ToEntry(EtcdKeyValue kv, long? deadline) => new(
        new StoreKey(kv.Key.Memory), kv.Value.Memory, kv.CreateRevision, kv.ModRevision, kv.Version, deadline);

    public static bool HasForeignLease(EtcdKeyValue kv) => kv.Lease != 0 && !LeaseId.IsOurs(kv.Lease);

    // The end of a single key is empty, as in etcd's messages.
    public static RangeRequest ToRequest(RangeQuery query) => new()
    {
        Key = Wrap(query.Range.Start),
        RangeEnd = Wrap(query.Range.End),
        Limit = query.Limit,
        Revision = query.Revision,
        KeysOnly = query.KeysOnly,
        Serializable = query.Consistency == ReadConsistency.Serializable,
    };

    /// <summary>A watch of a range. The changes of one revision may exceed a message: they come in fragments.</summary>
    public static WatchCreateRequest ToWatch(KeyRange range, long fromRevision) => new()
    {
        Key = Wrap(range.Start),
        RangeEnd = Wrap(range.End),
        StartRevision = fromRevision,
        Fragment = true,
    };

    public static TxnRequest ToRequest(Transaction transaction, LeasePool? leases = null)
    {
        var request = new TxnRequest();
        foreach (var compare in transaction.Compares)
            request.Compare.Add(ToCompare(compare));
        AddOperations(request.Success, transaction.Then, leases);
        AddOperations(request.Failure, transaction.Otherwise, leases);
        return request;
    }

    public static PutRequest ToRequest(Operation.Put put, LeasePool? leases) =>
        new() { Key = Wrap(put.Key), Value = Wrap(put.Value), Lease = LeaseOf(put.Deadline, leases) };

    public static void AddOperations(
        ICollection<RequestOp> target, IReadOnlyList<Operation> operations, LeasePool? leases)
    {
        if (operations.Count > MaxOperations)
        {
            foreach (var part in operations.Chunk(MaxNestedOperations))
            {
                var nested = new TxnRequest();
                AddOperations(nested.Success, part, leases);
                target.Add(new RequestOp { RequestTxn = nested });
            }
            return;
        }
        for (var i = 0; i < operations.Count; i++)
            target.Add(ToRequestOp(operations[i], leases));
    }

    /// <summary>The responses to a branch, one for each of its operations, nested or not.</summary>
    public static IReadOnlyList<ResponseOp> ToResponses(
        IReadOnlyList<ResponseOp> responses, IReadOnlyList<Operation> operations) =>
        operations.Count > MaxOperations ? [.. responses.SelectMany(part => part.ResponseTxn.Responses)] : responses;

    /// <summary>Deletes a key when it is past its deadline, and sends the given request otherwise.</summary>
    public static TxnRequest DeleteIfExpired(StoreKey key, DateTimeOffset now, TxnRequest? otherwise = null)
    {
        var wrapped = Wrap(key);
        var request = new TxnRequest();
        request.Compare.Add(LeaseCompare(wrapped, EtcdCompare.Types.CompareResult.Greater, LeaseId.BeforeFirst));
        request.Compare.Add(LeaseCompare(
            wrapped, EtcdCompare.Types.CompareResult.Less, LeaseId.FromDeadline(now.ToUnixTimeSeconds() + 1)));
        request.Success.Add(new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = wrapped } });
        if (otherwise is not null)
            request.Failure.Add(new RequestOp { RequestTxn = otherwise });
        return request;
    }

    private static EtcdCompare LeaseCompare(ByteString key, EtcdCompare.Types.CompareResult relation, long lease) =>
        new() { Key = key, Target = EtcdCompare.Types.CompareTarget.Lease, Result = relation, Lease = lease };

    private static long LeaseOf(long? deadline, LeasePool? leases) => deadline is { } second ? leases!.IdOf(second) : 0;

    private static RequestOp ToRequestOp(Operation operation, LeasePool? leases) => operation switch
    {
        Operation.Put put => new RequestOp { RequestPut = ToRequest(put, leases) },
        Operation.Touch touch => new RequestOp
        {
            RequestPut = new PutRequest
            {
                Key = Wrap(touch.Key),
                IgnoreValue = true,
                Lease = LeaseOf(touch.Deadline, leases),
            },
        },
        Operation.Delete delete => new RequestOp
        {
            RequestDeleteRange = new DeleteRangeRequest
            {
                Key = Wrap(delete.Keys.Start),
                RangeEnd = Wrap(delete.Keys.End),
            },
        },
        Operation.Read read => new RequestOp
        {
            RequestRange = ToRequest(new RangeQuery(read.Keys, read.Limit, KeysOnly: read.KeysOnly)),
        },
        Operation.Nested nested => new RequestOp { RequestTxn = ToRequest(nested.Inner, leases) },
        _ => throw new ArgumentException($"Unknown operation {operation.GetType().Name}.", nameof(operation)),
    };

    private static EtcdCompare ToCompare(Compare compare)
    {
        var message = new EtcdCompare
        {
            Key = Wrap(compare.Range.Start),
            RangeEnd = Wrap(compare.Range.End),
            Result = compare.Relation switch
            {
                CompareRelation.Equal => EtcdCompare.Types.CompareResult.Equal,
                CompareRelation.NotEqual => EtcdCompare.Types.CompareResult.NotEqual,
                CompareRelation.Greater => EtcdCompare.Types.CompareResult.Greater,
                CompareRelation.Less => EtcdCompare.Types.CompareResult.Less,
            },
        };
        switch (compare.Target)
        {
            case CompareTarget.ModRevision:
                message.Target = EtcdCompare.Types.CompareTarget.Mod;
                message.ModRevision = compare.Number;
                break;
            case CompareTarget.CreateRevision:
                message.Target = EtcdCompare.Types.CompareTarget.Create;
                message.CreateRevision = compare.Number;
                break;
            case CompareTarget.Value:
                message.Target = EtcdCompare.Types.CompareTarget.Value;
                message.Value = Wrap(compare.Bytes);
                break;
            default:
                throw new ArgumentException($"Unknown target {compare.Target}.", nameof(compare));
        }
        return message;
    }
}
