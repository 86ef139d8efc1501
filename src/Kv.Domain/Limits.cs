namespace Kv.Domain;

/// <summary>
/// The deployment's limits on stored data, on single reads and on open watches. They apply to new requests: after a
/// limit is lowered, a longer key is still listed but can no longer be read or deleted by name.
/// </summary>
public sealed record Limits
{
    /// <summary>Longest namespace, in characters (Unicode code points). Default 25.</summary>
    public int MaxNamespaceLength { get; init; } = 25;

    /// <summary>Longest app name, in characters (Unicode code points). Default 50.</summary>
    public int MaxAppNameLength { get; init; } = 50;

    /// <summary>Longest key, in characters (Unicode code points). Default 100.</summary>
    public int MaxKeyLength { get; init; } = 100;

    /// <summary>Largest value, in bytes (of its UTF-8 form if it is text). Default 1 MiB.</summary>
    public int MaxValueBytes { get; init; } = 1024 * 1024;

    /// <summary>Longest time to live, in seconds. Default one year of 365 days.</summary>
    public long MaxTtlSeconds { get; init; } = 365L * 24 * 60 * 60;

    /// <summary>
    /// Default time to live, in seconds; 0 (the default) means no expiry.
    /// </summary>
    public long DefaultTtlSeconds { get; init; }

    /// <summary>Most webhooks of a tenant. Default 5.</summary>
    public int MaxWebhooks { get; init; } = 5;

    /// <summary>Most watches and long polls of a tenant that a replica holds open at a time. Default 500.</summary>
    public int MaxWatches { get; init; } = 500;

    /// <summary>
    /// Most bytes of values that one bulk or transaction may read. At least <see cref="MaxValueBytes"/>; default 16
    /// MiB.
    /// </summary>
    public long MaxResultBytes { get; init; } = 16 * 1024 * 1024;
}
