using Kv.Application;

namespace Kv.Api.Access;

/// <summary>
/// Registers authentication and access control. With <see cref="AccessMode.None"/> requests pass without any check.
/// </summary>
internal static class AccessServices
{
    public static IServiceCollection AddAccess(this IServiceCollection services, AccessOptions options)
    {
        services.AddSingleton(options).AddSingleton<ApiKeysInUseFilter>().AddSingleton<CredentialsInUseFilter>();
        return options.Mode switch
        {
            AccessMode.ApiKey => services.AddGate().AddSingleton<IAuthenticator, ApiKeyAuthenticator>(),
            AccessMode.Jwt =>
                services.AddGate().AddSingleton(options.Jwt!).AddSingleton<IAuthenticator, JwtAuthenticator>(),
            AccessMode.None => services,
        };
    }

    private static IServiceCollection AddGate(this IServiceCollection services) =>
        services.AddHttpContextAccessor()
            .AddSingleton<RejectionAudit>().AddSingleton<TicketHolders>().AddSingleton<LongLivedCalls>()
            .AddAccessControl<HttpCaller>();
}
