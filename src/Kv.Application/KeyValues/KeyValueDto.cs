using AutoMapper;
using Kv.Domain.KeyValues;

namespace Kv.Application.KeyValues;

/// <summary>A key with its value, as callers see it.</summary>
/// <remarks>
/// A class, as every type that is mapped: AutoMapper 8 looks for extension methods on the generic interfaces of a type,
/// and on a record's <c>IEquatable</c> it stumbles over ones that came after it.
/// </remarks>
public sealed class KeyValueDto
{
    /// <summary>The key.</summary>
    public required string Key { get; init; }

    /// <summary>The value, byte for byte.</summary>
    public required ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>Whole seconds until the key expires; null when it does not.</summary>
    public long? Ttl { get; init; }

    /// <summary>The second of Unix time at which the key expires; the same in every answer. Null when it does not.</summary>
    public long? ExpireAt { get; init; }

    /// <summary>The revision of the store at which the key was last written: its entity tag.</summary>
    public long Revision { get; init; }

    /// <summary>The revision of the store at which the key came to be.</summary>
    public long CreateRevision { get; init; }

    /// <summary>How often the key was written since it came to be; 1 at first.</summary>
    public long Version { get; init; }

    /// <summary>The media type that was given with the value; null when none was, or none was asked for.</summary>
    public string? ContentType { get; init; }
}

internal sealed class KeyValueProfile : Profile
{
    public KeyValueProfile() => CreateMap<KeyValue, KeyValueDto>()
        .ForMember(dto => dto.Key, map => map.MapFrom(source => source.Key.Value))
        .ForMember(dto => dto.Ttl, map => map.MapFrom(source => source.Expiry == null ? (long?)null : source.Expiry.Value.Ttl))
        .ForMember(dto => dto.ExpireAt, map => map.MapFrom(source => source.Expiry == null ? (long?)null : source.Expiry.Value.ExpireAt));
}
