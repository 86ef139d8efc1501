namespace Kv.Infrastructure.Storage;

/// <summary>Which engine stores the data, and how it is reached.</summary>
public sealed record StoreOptions
{
    /// <summary>The engine. Default etcd, the only one of simple-golang-kv.</summary>
    public StoreEngine Engine { get; init; } = StoreEngine.Etcd;

    /// <summary>The first part of every key in the store, without slashes at its ends. Default "kvstore".</summary>
    public string BaseKeyPrefix { get; init; } = "kvstore";

    /// <summary>How to reach etcd; used when <see cref="Engine"/> is etcd.</summary>
    public EtcdOptions Etcd { get; init; } = new();

    /// <summary>Where the embedded engine keeps its data; used when <see cref="Engine"/> is embedded.</summary>
    public EmbeddedOptions Embedded { get; init; } = new();

    /// <summary>A description of the store for the log: the engine and its place.</summary>
    public string Description => Engine switch
    {
        StoreEngine.Etcd =>
            $"etcd at {string.Join(',', Etcd.Endpoints.Select(uri => uri.GetLeftPart(UriPartial.Authority)))}",
        StoreEngine.Embedded => $"the embedded store in {Embedded.DataDirectory}",
    };
}

/// <summary>The engines of the storage waist.</summary>
public enum StoreEngine
{
    /// <summary>An etcd cluster: any number of Kv replicas over it.</summary>
    Etcd,

    /// <summary>SQLite in a local directory: one process, no server to install.</summary>
    Embedded,
}
