using Kv.Api.Configuration;
using Kv.Api.Errors;
using Kv.Api.Gateway;
using Kv.Api.Json;
using Kv.Api.KeyValues;
using Kv.Api.OpenApi;
using Kv.Api.Operation;
using Kv.Application;
using Kv.Domain;
using Kv.Domain.Storage;
using Kv.Infrastructure;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Kv.Api;

/// <summary>Puts the service together.</summary>
internal static class KvApplication
{
    /// <exception cref="ConfigurationException">A setting makes no sense, or the store cannot be opened.</exception>
    public static WebApplication Create(WebApplicationBuilder builder)
    {
        var options = KvOptions.Read(builder.Configuration);
        builder.WebHost.ConfigureKestrel(server => Listen(server, options));
        builder.Services
            .AddSingleton(TimeProvider.System)
            .AddApplication(options.Limits)
            .AddInfrastructure(options.Store, options.Deliveries)
            .AddHttpApi(options)
            .AddOpenApiDocument(options.Tenants)
            .AddHealth(options.Drain);

        var app = builder.Build();
        app.UseGateway(options.Gateway);
        app.Use(app.Services.GetRequiredService<Drain>().Invoke);
        app.UseExceptionHandler(_ => { });
        app.UseStatusCodePages(context => Problems.Of(context.HttpContext.Response.StatusCode).WriteTo(context.HttpContext));
        app.UseMiddleware<KeyPath>();
        app.UseOpenApiDocument();
        app.UseRouting();
        app.MapGet("/", () => Results.LocalRedirect("~/swagger")).ExcludeFromDescription();
        app.MapHealth();
        app.MapControllers();
        app.AnnounceStart(options);
        // A store that cannot be opened stops the start, not the first request.
        app.Services.GetRequiredService<IStoreProbe>();
        return app;
    }

    private static void Listen(KestrelServerOptions server, KvOptions options)
    {
        server.AddServerHeader = false;
        server.Limits.MaxRequestBodySize = options.Limits.MaxBodyBytes();
        switch (options.ListenAddress)
        {
            case null:
                server.ListenAnyIP(options.Port);
                break;
            case "localhost" when options.Port > 0:
                server.ListenLocalhost(options.Port);
                break;
            case "localhost":
                server.Listen(System.Net.IPAddress.Loopback, options.Port);
                break;
            default:
                server.Listen(System.Net.IPAddress.Parse(options.ListenAddress), options.Port);
                break;
        }
    }
}
