using System.Buffers.Binary;
using Kv.Domain.Transactions;
using Kv.Infrastructure.KeyValues;

namespace Kv.Infrastructure.Transactions;

/// <summary>
/// One branch of a transaction: its operations in the store, and the interpretation of their results.
/// </summary>
internal sealed class TransactionBranch
{
    private readonly IReadOnlyList<KeyOperation> _asked;
    private readonly Expiry?[] _expiries;
    private readonly int[] _firsts;
    private readonly TimeProvider _time;

    public TransactionBranch(IReadOnlyList<KeyOperation> asked, Tenant tenant, KeyLayout layout, TimeProvider time)
    {
        (_asked, _time) = (asked, time);
        _expiries = new Expiry?[asked.Count];
        _firsts = new int[asked.Count];
        for (var i = 0; i < asked.Count; i++)
        {
            var operation = asked[i];
            _firsts[i] = Operations.Count;
            var (place, beside) = (layout.KeyValue(tenant, operation.Key), layout.Content(tenant, operation.Key));
            switch (operation.Kind)
            {
                case KeyOperationKind.Get:
                    Operations.Add(new Operation.Read(place));
                    break;
                case KeyOperationKind.Delete:
                    Operations.Add(new Operation.Delete(place));
                    Operations.Add(new Operation.Delete(beside));
                    break;
                case KeyOperationKind.Set:
                    var expiry = operation.Options.ExpiryFrom(time.GetUtcNow());
                    _expiries[i] = expiry;
                    Operations.Add(new Operation.Put(place, operation.Value, expiry?.ExpireAt));
                    if (ContentTypes.Write(beside, operation.Options.ContentType, expiry) is { } type)
                        Operations.Add(type);
                    break;
                default:
                    throw new ArgumentException($"Unknown operation {operation.Kind}.", nameof(asked));
            }
        }
    }

    /// <summary>The operations in the store.</summary>
    public List<Operation> Operations { get; } = [];

    /// <summary>For each operation, the key as it was read or written; null when there is none, or no longer.</summary>
    public IReadOnlyList<KeyValue?> Results(IReadOnlyList<OperationResult> results, long revision) =>
        [.. _asked.Select((operation, i) => operation.Kind switch
        {
            KeyOperationKind.Get => results[_firsts[i]].Entries is [var entry]
                ? EntryMapper.ToKeyValue(operation.Key, entry, _time)
                : null,
            KeyOperationKind.Set => new KeyValue(operation.Key, operation.Value, _expiries[i], revision),
            KeyOperationKind.Delete => null,
        })];

    /// <summary>The data for the answer to a repeated request: the branch, and the deadlines of its writes.</summary>
    public byte[] EncodeReplay(bool succeeded)
    {
        var record = new byte[ReplayBytes(_asked.Count)];
        record[0] = succeeded ? (byte)1 : (byte)0;
        for (var i = 0; i < _asked.Count; i++)
            BinaryPrimitives.WriteInt64BigEndian(record.AsSpan(1 + sizeof(long) * i), _expiries[i]?.ExpireAt ?? 0);
        return record;
    }

    /// <summary>The size of the data for the answer to a repeated request.</summary>
    public static int ReplayBytes(int operations) => 1 + sizeof(long) * operations;

    /// <summary>Whether the record is that of the success branch.</summary>
    public static bool Succeeded(ReadOnlySpan<byte> record) => record[0] == 1;

    /// <summary>The results of the first request.</summary>
    public IReadOnlyList<KeyValue?> Replay(ReadOnlySpan<byte> record, long revision)
    {
        var results = new KeyValue?[_asked.Count];
        for (var i = 0; i < results.Length; i++)
        {
            if (!_asked[i].Kind.StoresValue())
                continue;
            var expireAt = BinaryPrimitives.ReadInt64BigEndian(record[(1 + sizeof(long) * i)..]);
            var expiry = _asked[i].Options.TtlSeconds is { } ttl ? new Expiry(expireAt, ttl) : (Expiry?)null;
            results[i] = new KeyValue(_asked[i].Key, _asked[i].Value, expiry, revision);
        }
        return results;
    }
}
