namespace Kv.Application.Access;

/// <summary>An API key for administrators, without its secret: Kv does not keep the secret.</summary>
public sealed class ApiKeyDto
{
    public required string Id { get; init; }

    /// <summary>A name for people to read.</summary>
    public required string Name { get; init; }

    /// <summary>Whether the key allows everything, including the management of API keys.</summary>
    public bool IsAdministrator { get; init; }

    /// <summary>The namespace, or <c>*</c>; null for an administrator's key.</summary>
    public string? Namespace { get; init; }

    /// <summary>The app, or <c>*</c>; null for an administrator's key.</summary>
    public string? AppName { get; init; }

    /// <summary>The prefix of the keys; null for an administrator's key.</summary>
    public string? Prefix { get; init; }

    /// <summary>The allowed verbs; empty for an administrator's key, which allows everything.</summary>
    public required IReadOnlyList<string> Verbs { get; init; }

    /// <summary>The creation time, in Unix seconds.</summary>
    public long CreatedAt { get; init; }

    /// <summary>The Unix second from which on the key is refused; null for never.</summary>
    public long? ExpireAt { get; init; }
}

internal sealed class ApiKeyProfile : Profile
{
    public ApiKeyProfile() => CreateMap<ApiKey, ApiKeyDto>()
        .ForMember(dto => dto.IsAdministrator, map => map.MapFrom(source => source.Grants.IsAdministrator))
        .ForMember(dto => dto.Namespace, map => map.MapFrom((source, _) => GrantOf(source)?.Namespace))
        .ForMember(dto => dto.AppName, map => map.MapFrom((source, _) => GrantOf(source)?.AppName))
        .ForMember(dto => dto.Prefix, map => map.MapFrom((source, _) => GrantOf(source)?.Prefix))
        .ForMember(
            dto => dto.Verbs,
            map => map.MapFrom((source, _) => AccessVerbNames.From(GrantOf(source)?.Verbs ?? AccessVerbs.None)));

    private static Grant? GrantOf(ApiKey key) => key.Grants.Granted is [var grant, ..] ? grant : null;
}
