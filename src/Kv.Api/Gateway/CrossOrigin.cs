namespace Kv.Api.Gateway;

/// <summary>
/// Allows pages from <c>CORS_ORIGINS</c> to call Kv from a browser (Fetch Standard, section 3.2). Pages send
/// credentials in headers; Kv does not use cookies and does not allow them.
/// </summary>
internal static class CrossOrigin
{
    private static readonly TimeSpan PreflightMaxAge = TimeSpan.FromMinutes(10);

    public static IServiceCollection AddCrossOrigin(this IServiceCollection services, GatewayOptions gateway) =>
        gateway.CorsOrigins.Count == 0 ? services : services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. gateway.CorsOrigins])
            .AllowAnyMethod()
            .AllowAnyHeader()
            .WithExposedHeaders("*")
            .SetPreflightMaxAge(PreflightMaxAge)));
}
