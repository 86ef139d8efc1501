namespace Kv.Domain;

/// <summary>
/// The limits that a deployment sets on what callers may store. They bind what is written from now on:
/// a key that is longer than a limit lowered since is still listed, but no longer read or deleted alone.
/// </summary>
public sealed record Limits
{
    /// <summary>Longest namespace, in characters (Unicode code points). Default 25.</summary>
    public int MaxNamespaceLength { get; init; } = 25;

    /// <summary>Longest app name, in characters (Unicode code points). Default 50.</summary>
    public int MaxAppNameLength { get; init; } = 50;

    /// <summary>Longest key, in characters (Unicode code points). Default 100.</summary>
    public int MaxKeyLength { get; init; } = 100;

    /// <summary>Largest value, in bytes (of its UTF-8 form where it is text). Default 1 MiB.</summary>
    public int MaxValueBytes { get; init; } = 1024 * 1024;

    /// <summary>Longest time to live, in seconds. Default one year of 365 days.</summary>
    public long MaxTtlSeconds { get; init; } = 365L * 24 * 60 * 60;

    /// <summary>Time to live of a key that is written without one, in seconds; 0 (the default) means it never expires.</summary>
    public long DefaultTtlSeconds { get; init; }

    /// <summary>How many webhooks a tenant may have. Default 5.</summary>
    public int MaxWebhooks { get; init; } = 5;
}
