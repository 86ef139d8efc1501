using Kv.Application;

namespace Kv.Api.Access;

/// <summary>Credentials and what they allow. Where none are asked for, nothing of it stands in a request's way.</summary>
internal static class AccessServices
{
    public static IServiceCollection AddAccess(this IServiceCollection services, AccessOptions options)
    {
        services.AddSingleton(options).AddSingleton<ApiKeysInUseFilter>();
        return options.Mode switch
        {
            AccessMode.ApiKey => services.AddGate().AddSingleton<IAuthenticator, ApiKeyAuthenticator>(),
            AccessMode.Jwt => services.AddGate().AddSingleton(options.Jwt!).AddSingleton<IAuthenticator, JwtAuthenticator>(),
            _ => services,
        };
    }

    /// <summary>Closes everything that does not say that it is open.</summary>
    public static WebApplication UseAccess(this WebApplication app, AccessOptions options)
    {
        if (options.Mode != AccessMode.None)
            app.UseMiddleware<AccessGate>();
        return app;
    }

    private static IServiceCollection AddGate(this IServiceCollection services) =>
        services.AddHttpContextAccessor().AddSingleton<TurnedAway>().AddAccessControl<HttpCaller>();
}
