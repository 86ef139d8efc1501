namespace Kv.Domain.KeyValues;

/// <summary>A key with its value at one revision of the store.</summary>
public sealed class KeyValue(Key key, ReadOnlyMemory<byte> value, Expiry? expiry, long revision)
{
    /// <summary>The key, within its tenant.</summary>
    public Key Key { get; } = key;

    /// <summary>The value, byte for byte.</summary>
    public ReadOnlyMemory<byte> Value { get; } = value;

    /// <summary>The key's expiry; null when the key does not expire.</summary>
    public Expiry? Expiry { get; } = expiry;

    /// <summary>The revision of the store at which the key was last written.</summary>
    public long Revision { get; } = revision;

    /// <summary>The revision at which the key was created.</summary>
    public long CreateRevision { get; init; }

    /// <summary>The number of writes since the key was created, the first included.</summary>
    public long Version { get; init; }

    /// <summary>
    /// The media type that the writer set (RFC 9110, section 8.3); null when it set none, or when the reader did not
    /// request it.
    /// </summary>
    public string? ContentType { get; init; }
}
