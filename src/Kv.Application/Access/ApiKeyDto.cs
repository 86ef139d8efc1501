using AutoMapper;
using Kv.Domain.Access;

namespace Kv.Application.Access;

/// <summary>An API key, as administrators see it: without its secret, which nobody has but its holder.</summary>
public sealed class ApiKeyDto
{
    /// <summary>Which it is.</summary>
    public required string Id { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it may do everything, and manage API keys.</summary>
    public bool IsAdministrator { get; init; }

    /// <summary>The namespace, or <c>*</c>; null of an administrator's.</summary>
    public string? Namespace { get; init; }

    /// <summary>The app, or <c>*</c>; null of an administrator's.</summary>
    public string? AppName { get; init; }

    /// <summary>What the keys start with; null of an administrator's.</summary>
    public string? Prefix { get; init; }

    /// <summary>What may be done with them; nothing of an administrator's, who may do all.</summary>
    public required IReadOnlyList<string> Verbs { get; init; }

    /// <summary>The second of Unix time at which it was made.</summary>
    public long CreatedAt { get; init; }

    /// <summary>The second of Unix time from which on it is refused; null for never.</summary>
    public long? ExpireAt { get; init; }
}

internal sealed class ApiKeyProfile : Profile
{
    public ApiKeyProfile() => CreateMap<ApiKey, ApiKeyDto>()
        .ForMember(dto => dto.IsAdministrator, map => map.MapFrom(source => source.Grants.IsAdministrator))
        .ForMember(dto => dto.Namespace, map => map.MapFrom(source => Of(source) == null ? null : Of(source)!.Namespace))
        .ForMember(dto => dto.AppName, map => map.MapFrom(source => Of(source) == null ? null : Of(source)!.AppName))
        .ForMember(dto => dto.Prefix, map => map.MapFrom(source => Of(source) == null ? null : Of(source)!.Prefix))
        .ForMember(dto => dto.Verbs, map => map.MapFrom(source => VerbsOf(source)));

    private static Grant? Of(ApiKey key) => key.Grants.Granted.Count == 0 ? null : key.Grants.Granted[0];

    private static IReadOnlyList<string> VerbsOf(ApiKey key) => Of(key) is { } grant ? AccessVerbNames.Of(grant.Verbs) : [];
}
