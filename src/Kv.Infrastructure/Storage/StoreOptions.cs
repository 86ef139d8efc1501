using Kv.Infrastructure.Storage.Embedded;
using Kv.Infrastructure.Storage.Etcd;

namespace Kv.Infrastructure.Storage;

/// <summary>Which engine stores the data, and how it is reached.</summary>
public sealed record StoreOptions
{
    /// <summary>The engine. Default etcd, as simple-golang-kv had no other.</summary>
    public StoreEngine Engine { get; init; } = StoreEngine.Etcd;

    /// <summary>The first part of every key in the store, without slashes at its ends. Default "kvstore".</summary>
    public string BaseKeyPrefix { get; init; } = "kvstore";

    /// <summary>How to reach etcd; used when <see cref="Engine"/> says so.</summary>
    public EtcdOptions Etcd { get; init; } = new();

    /// <summary>
    /// How many bytes of what was read lately are kept beside the store, for reads that may be stale. Default 0: none.
    /// </summary>
    public long NearCacheBytes { get; init; }

    /// <summary>How long it is kept who made a change, beside the change. Default null: nothing of it is kept.</summary>
    public TimeSpan? AuditRetention { get; init; }

    /// <summary>Where the embedded engine keeps its data; used when <see cref="Engine"/> says so.</summary>
    public EmbeddedOptions Embedded { get; init; } = new();
}

/// <summary>The engines that can stand behind the storage waist.</summary>
public enum StoreEngine
{
    /// <summary>An etcd cluster: any number of Kv replicas over it.</summary>
    Etcd,

    /// <summary>SQLite in a local directory: one process, nothing to install.</summary>
    Embedded,
}
