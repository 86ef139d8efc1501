namespace Kv.Infrastructure.Storage;

/// <summary>A key with its value and revisions, at one revision of the store.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value; empty in a read of keys or sizes only.</param>
/// <param name="CreateRevision">The revision at which the key was created.</param>
/// <param name="ModRevision">The revision at which it was last written.</param>
/// <param name="Version">How many times the key was written since it was created; 1 at first.</param>
/// <param name="Deadline">The second of Unix time from which on the entry is expired; null for never.</param>
internal sealed record Entry(
    StoreKey Key,
    ReadOnlyMemory<byte> Value,
    long CreateRevision,
    long ModRevision,
    long Version,
    long? Deadline)
{
    /// <summary>The size of the value. A read of keys only may not know it.</summary>
    public int ValueBytes { get; init; } = Value.Length;

    public bool IsExpiredAt(DateTimeOffset now) =>
        Deadline is { } deadline && now.ToUnixTimeMilliseconds() >= deadline * 1000;
}
