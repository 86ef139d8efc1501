using Grpc.Core;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// Removes, before a transaction with conditions on several keys, what they must not see: entries that are past their
/// deadline and that etcd has not removed yet. A condition on one key needs no such look; etcd judges it in the transaction.
/// </summary>
internal sealed class ExpiredEntries(EtcdConnection connection, TimeProvider time)
{
    // etcd takes 128 operations in a transaction (--max-txn-ops).
    private const int MaxRanges = 100;

    /// <summary>Looks at all ranges in one call, and removes what it finds there. Expiry is judged at this moment.</summary>
    public async Task Remove(IEnumerable<KeyRange> ranges, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var some in ranges.Chunk(MaxRanges))
            {
                var look = EtcdMessages.ToRequest(
                    Transaction.Of([.. some.Select(range => new Operation.Read(range, KeysOnly: true))]));
                var answer = await Calls.Repeat(connection, time, by => connection.Keys.TxnAsync(
                    look, deadline: by, cancellationToken: cancellationToken));
                var now = time.GetUtcNow();
                foreach (var kv in answer.Responses.SelectMany(response => response.ResponseRange.Kvs))
                    if (EtcdMessages.ToEntry(kv).IsExpiredAt(now))
                        await connection.Keys.TxnAsync(
                            EtcdMessages.DeleteIfExpired(new StoreKey(kv.Key.Memory), now),
                            deadline: connection.Deadline,
                            cancellationToken: cancellationToken);
            }
        }
        catch (RpcException error)
        {
            throw EtcdErrors.Translate(error, "remove what has expired", isWrite: false);
        }
    }
}
