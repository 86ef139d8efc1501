namespace Kv.Infrastructure.Storage;

/// <summary>A key with its value and its history's figures, as they stood at one revision.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value; empty where only keys were asked for.</param>
/// <param name="CreateRevision">The revision at which the key came to be.</param>
/// <param name="ModRevision">The revision at which it was last written.</param>
/// <param name="Version">How often it was written since it came to be; 1 at first.</param>
/// <param name="Deadline">The second of Unix time from which on the entry has expired; null for never.</param>
internal sealed record Entry(
    StoreKey Key,
    ReadOnlyMemory<byte> Value,
    long CreateRevision,
    long ModRevision,
    long Version,
    long? Deadline)
{
    public bool IsExpiredAt(DateTimeOffset now) =>
        Deadline is { } deadline && now.ToUnixTimeMilliseconds() >= deadline * 1000;
}
