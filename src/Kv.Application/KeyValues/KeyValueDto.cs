namespace Kv.Application.KeyValues;

/// <summary>A key with its value, for callers.</summary>
public sealed record KeyValueDto
{
    public required string Key { get; init; }

    /// <summary>The value, byte for byte.</summary>
    public required ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>The remaining whole seconds; null when the key does not expire.</summary>
    public long? Ttl { get; init; }

    /// <summary>The expiry in Unix seconds, the same in every answer; null when the key does not expire.</summary>
    public long? ExpireAt { get; init; }

    /// <summary>The revision of the key's last write, which is its entity tag.</summary>
    public long Revision { get; init; }

    /// <summary>The revision at which the key was created.</summary>
    public long CreateRevision { get; init; }

    /// <summary>The number of writes since the key was created, the first included.</summary>
    public long Version { get; init; }

    /// <summary>
    /// The media type that the writer set; null when it set none, or when the reader did not request it.
    /// </summary>
    public string? ContentType { get; init; }
}

internal sealed class KeyValueProfile : Profile
{
    public KeyValueProfile() => CreateMap<KeyValue, KeyValueDto>()
        .ForMember(dto => dto.Key, map => map.MapFrom(source => source.Key.Value))
        .ForMember(
            dto => dto.Ttl, map => map.MapFrom(source => source.Expiry == null ? (long?)null : source.Expiry.Value.Ttl))
        .ForMember(
            dto => dto.ExpireAt,
                map => map.MapFrom(source => source.Expiry == null ? (long?)null : source.Expiry.Value.ExpireAt));
}
