using Grpc.Core;
using EtcdKeyValue = Mvccpb.KeyValue;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>Makes entries of what etcd answers: with their deadlines, and without the ones that are past it.</summary>
internal sealed class EntryReader(ForeignLeases foreignLeases, TimeProvider time)
{
    /// <summary>The entry; null when it has expired.</summary>
    public ValueTask<Entry?> Read(EtcdKeyValue kv)
    {
        if (EtcdMessages.HasForeignLease(kv))
            return ReadForeign(kv);
        var entry = EtcdMessages.ToEntry(kv);
        return new(entry.IsExpiredAt(time.GetUtcNow()) ? null : entry);
    }

    /// <summary>The entries that have not expired, in the order given.</summary>
    public async ValueTask<List<Entry>> ReadAll(IReadOnlyList<EtcdKeyValue> kvs)
    {
        // Foreign leases are asked for side by side, before the first answer is waited for.
        Dictionary<int, Task<Entry?>>? foreign = null;
        for (var i = 0; i < kvs.Count; i++)
            if (EtcdMessages.HasForeignLease(kvs[i]))
                (foreign ??= []).Add(i, ReadForeign(kvs[i]).AsTask());
        if (foreign is not null)
            await Task.WhenAll(foreign.Values);
        var entries = new List<Entry>(kvs.Count);
        for (var i = 0; i < kvs.Count; i++)
            if (await (foreign?.GetValueOrDefault(i) is { } asked ? new ValueTask<Entry?>(asked) : Read(kvs[i])) is { } entry)
                entries.Add(entry);
        return entries;
    }

    private async ValueTask<Entry?> ReadForeign(EtcdKeyValue kv)
    {
        try
        {
            var entry = EtcdMessages.ToEntry(kv, await foreignLeases.DeadlineOf(kv.Lease));
            return entry.IsExpiredAt(time.GetUtcNow()) ? null : entry;
        }
        catch (RpcException error)
        {
            throw EtcdErrors.Translate(error, "tell a lease's time", isWrite: false);
        }
    }
}
