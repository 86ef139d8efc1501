namespace Kv.Domain.KeyValues;

/// <summary>A key with its value, as it stood at one revision of the store.</summary>
public sealed class KeyValue
{
    /// <summary>Makes a key value of what the store holds.</summary>
    public KeyValue(Key key, ReadOnlyMemory<byte> value, Expiry? expiry, long revision)
    {
        Key = key;
        Value = value;
        Expiry = expiry;
        Revision = revision;
    }

    /// <summary>The key, within its tenant.</summary>
    public Key Key { get; }

    /// <summary>The value, byte for byte.</summary>
    public ReadOnlyMemory<byte> Value { get; }

    /// <summary>When the key expires; null when it does not.</summary>
    public Expiry? Expiry { get; }

    /// <summary>The revision of the store at which the key was last written.</summary>
    public long Revision { get; }

    /// <summary>The revision at which the key came to be.</summary>
    public long CreateRevision { get; init; }

    /// <summary>How often the key was written since it came to be; 1 at first.</summary>
    public long Version { get; init; }

    /// <summary>The media type that was given with the value (RFC 9110, section 8.3); null when none was, or none was asked for.</summary>
    public string? ContentType { get; init; }
}
