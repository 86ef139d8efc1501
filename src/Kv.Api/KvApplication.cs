using System.Net.Mime;
using Kv.Api.Configuration;
using Kv.Api.Errors;
using Kv.Api.Json;
using Kv.Api.KeyValues;
using Kv.Api.OpenApi;
using Kv.Api.Operation;
using Kv.Api.Tenants;
using Kv.Application;
using Kv.Domain;
using Kv.Domain.Storage;
using Kv.Infrastructure;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.AspNetCore.Mvc.Infrastructure;
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
            .AddHealth();

        var app = builder.Build();
        app.UseExceptionHandler(_ => { });
        app.UseStatusCodePages(context => Problems.Of(context.HttpContext.Response.StatusCode).WriteTo(context.HttpContext));
        app.UseMiddleware<KeyPath>();
        app.UseOpenApiDocument();
        app.UseRouting();
        app.MapGet("/", () => Results.Redirect("/swagger")).ExcludeFromDescription();
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
        server.Limits.MaxRequestBodySize = MaxBodyBytes(options.Limits);
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

    // JSON may spell a byte of text with six ("\u0041"), and there is the key, in pairs of such, and the rest.
    private static long MaxBodyBytes(Limits limits) => 6L * limits.MaxValueBytes + 12L * limits.MaxKeyLength + 4096;

    private static IServiceCollection AddHttpApi(this IServiceCollection services, KvOptions options)
    {
        services.AddSingleton(options.Tenants).AddSingleton<TenantHeaders>();
        services.AddExceptionHandler<ProblemExceptionHandler>();
        services.AddSingleton<StoreFailureLog>().AddSingleton<ListingStreams>();
        services.AddSingleton<IClientErrorFactory, ProblemFactory>();
        // The core and what is used on top of it: authorization, views and data annotations would cost every request.
        services.AddMvcCore(mvc =>
            {
                mvc.SuppressImplicitRequiredAttributeForNonNullableReferenceTypes = true;
                foreach (var formatter in mvc.InputFormatters.OfType<SystemTextJsonInputFormatter>())
                {
                    formatter.SupportedMediaTypes.Clear();
                    formatter.SupportedMediaTypes.Add(MediaTypeNames.Application.Json);
                }
            })
            .AddApiExplorer()
            .ConfigureApiBehaviorOptions(behavior => behavior.InvalidModelStateResponseFactory = InvalidBody.ToResult)
            .AddJsonOptions(json => KvJson.Configure(json.JsonSerializerOptions));
        return services;
    }
}
