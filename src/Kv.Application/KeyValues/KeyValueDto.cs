namespace Kv.Application.KeyValues;

/// <summary>A key with its value, for callers.</summary>
/// <param name="Value">The value, byte for byte.</param>
/// <param name="Ttl">The remaining whole seconds; null when the key does not expire.</param>
/// <param name="ExpireAt">
/// The expiry in Unix seconds, the same in every answer; null when the key does not expire.
/// </param>
/// <param name="Revision">The revision of the key's last write, which is its entity tag.</param>
/// <param name="CreateRevision">The revision at which the key was created.</param>
/// <param name="Version">The number of writes since the key was created, the first included.</param>
/// <param name="ContentType">
/// The media type that the writer set; null when it set none, or when the reader did not request it.
/// </param>
public sealed record KeyValueDto(
    string Key, ReadOnlyMemory<byte> Value, long? Ttl, long? ExpireAt, long Revision, long CreateRevision, long Version,
    string? ContentType);

internal sealed class KeyValueProfile : Profile
{
    public KeyValueProfile() => CreateMap<KeyValue, KeyValueDto>()
        .ForCtorParam(nameof(KeyValueDto.Key), map => map.MapFrom(source => source.Key.Value))
        .ForCtorParam(
            nameof(KeyValueDto.Ttl),
            map => map.MapFrom(source => source.Expiry == null ? (long?)null : source.Expiry.Value.Ttl))
        .ForCtorParam(
            nameof(KeyValueDto.ExpireAt),
            map => map.MapFrom(source => source.Expiry == null ? (long?)null : source.Expiry.Value.ExpireAt));
}
