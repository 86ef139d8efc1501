namespace Kv.Application.Access;

/// <summary>An API key for administrators, without its secret: Kv does not keep the secret.</summary>
/// <param name="Name">A name for people to read.</param>
/// <param name="IsAdministrator">
/// Whether the key allows everything, including the management of API keys.
/// </param>
/// <param name="Namespace">The namespace, or <c>*</c>; null for an administrator's key.</param>
/// <param name="AppName">The app, or <c>*</c>; null for an administrator's key.</param>
/// <param name="Prefix">The prefix of the keys; null for an administrator's key.</param>
/// <param name="Verbs">The allowed verbs; empty for an administrator's key, which allows everything.</param>
/// <param name="CreatedAt">The creation time, in Unix seconds.</param>
/// <param name="ExpireAt">The Unix second from which on the key is refused; null for never.</param>
public sealed record ApiKeyDto(
    string Id, string Name, bool IsAdministrator, string? Namespace, string? AppName, string? Prefix,
    IReadOnlyList<string> Verbs, long CreatedAt, long? ExpireAt);

internal sealed class ApiKeyProfile : Profile
{
    public ApiKeyProfile() => CreateMap<ApiKey, ApiKeyDto>()
        .ForCtorParam(nameof(ApiKeyDto.IsAdministrator), map => map.MapFrom(source => source.Grants.IsAdministrator))
        .ForCtorParam(nameof(ApiKeyDto.Namespace), map => map.MapFrom((source, _) => GrantOf(source)?.Namespace))
        .ForCtorParam(nameof(ApiKeyDto.AppName), map => map.MapFrom((source, _) => GrantOf(source)?.AppName))
        .ForCtorParam(nameof(ApiKeyDto.Prefix), map => map.MapFrom((source, _) => GrantOf(source)?.Prefix))
        .ForCtorParam(
            nameof(ApiKeyDto.Verbs),
            map => map.MapFrom((source, _) => AccessVerbNames.From(GrantOf(source)?.Verbs ?? AccessVerbs.None)));

    private static Grant? GrantOf(ApiKey key) => key.Grants.Granted is [var grant, ..] ? grant : null;
}
