using Grpc.Core;
using EtcdKeyValue = Mvccpb.KeyValue;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>Converts etcd's answers to entries: adds deadlines and omits expired entries.</summary>
internal sealed class EntryReader(ForeignLeases foreignLeases, TimeProvider time)
{
    /// <summary>The entry; null when it has expired.</summary>
    public ValueTask<Entry?> Read(EtcdKeyValue kv) => Read(kv, time.GetUtcNow());

    /// <summary>The entries that have not expired, in the order given.</summary>
    public ValueTask<List<Entry>> ReadAll(IReadOnlyList<EtcdKeyValue> kvs) => ReadAll(kvs, time.GetUtcNow());

    /// <summary>The entries that have not expired by a moment, in the order given.</summary>
    public async ValueTask<List<Entry>> ReadAll(IReadOnlyList<EtcdKeyValue> kvs, DateTimeOffset now)
    {
        // The deadlines of foreign leases are read concurrently.
        Dictionary<int, Task<Entry?>>? foreign = null;
        for (var i = 0; i < kvs.Count; i++)
            if (EtcdMessages.HasForeignLease(kvs[i]))
                (foreign ??= []).Add(i, ReadForeign(kvs[i], now).AsTask());
        if (foreign is not null)
            await Task.WhenAll(foreign.Values);
        var entries = new List<Entry>(kvs.Count);
        for (var i = 0; i < kvs.Count; i++)
            if (await (foreign?.GetValueOrDefault(i) is { } asked ? new ValueTask<Entry?>(asked) : Read(kvs[i], now))
                is { } entry)
                entries.Add(entry);
        return entries;
    }

    private ValueTask<Entry?> Read(EtcdKeyValue kv, DateTimeOffset now)
    {
        if (EtcdMessages.HasForeignLease(kv))
            return ReadForeign(kv, now);
        var entry = EtcdMessages.ToEntry(kv);
        return new(entry.IsExpiredAt(now) ? null : entry);
    }

    private async ValueTask<Entry?> ReadForeign(EtcdKeyValue kv, DateTimeOffset now)
    {
        try
        {
            var entry = EtcdMessages.ToEntry(kv, await foreignLeases.DeadlineOf(kv.Lease));
            return entry.IsExpiredAt(now) ? null : entry;
        }
        catch (RpcException error)
        {
            throw EtcdErrors.Translate(error, "report the time to live of a lease", isWrite: false);
        }
    }
}
