using Grpc.Core;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// Removes entries past their deadline that etcd has not removed yet, before a transaction with compares on several
/// keys: compares must not see them. Compares on a single key do not need this: etcd checks the deadline in the
/// transaction.
/// </summary>
internal sealed class ExpiredEntries(EtcdConnection connection, TimeProvider time)
{
    // etcd takes 128 operations in a transaction (--max-txn-ops).
    private const int MaxRanges = 100;

    /// <summary>Reads all ranges and removes the entries that have expired by now.</summary>
    public async Task Remove(IEnumerable<KeyRange> ranges, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var some in ranges.Chunk(MaxRanges))
            {
                var look = EtcdMessages.ToRequest(
                    Transaction.Unconditional([.. some.Select(range => new Operation.Read(range, KeysOnly: true))]));
                var answer = await Calls.Repeat(
                    connection, time, (channel, options) => channel.Keys.TxnAsync(look, options),
                    cancellationToken: cancellationToken);
                var now = time.GetUtcNow();
                foreach (var kv in answer.Responses.SelectMany(response => response.ResponseRange.Kvs))
                {
                    if (!EtcdMessages.ToEntry(kv).IsExpiredAt(now))
                        continue;
                    // The removal is idempotent, so it can be repeated.
                    var removal = EtcdMessages.DeleteIfExpired(new StoreKey(kv.Key.Memory), now);
                    await Calls.Repeat(
                        connection, time, (channel, options) => channel.Keys.TxnAsync(removal, options),
                        cancellationToken: cancellationToken);
                }
            }
        }
        catch (RpcException error)
        {
            throw EtcdErrors.Translate(error, "remove expired entries", isWrite: false);
        }
    }
}
