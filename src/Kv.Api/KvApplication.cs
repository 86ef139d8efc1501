using System.Net.Security;
using Kv.Api.Access;
using Kv.Api.Configuration;
using Kv.Api.Errors;
using Kv.Api.Gateway;
using Kv.Api.KeyValues;
using Kv.Api.OpenApi;
using Kv.Api.Operation;
using Kv.Api.RateLimits;
using Kv.Api.Tls;
using Kv.Application;
using Kv.Application.Audit;
using Kv.Domain;
using Kv.Domain.Audit;
using Kv.Domain.Storage;
using Kv.Infrastructure;
using Kv.Infrastructure.Quotas;
using Kv.Infrastructure.Tls;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Console;

namespace Kv.Api;

/// <summary>Puts the service together.</summary>
internal static class KvApplication
{
    /// <exception cref="ConfigurationException">A setting makes no sense, or the store cannot be opened.</exception>
    public static WebApplication Create(WebApplicationBuilder builder)
    {
        var options = KvOptions.Read(builder.Configuration);
        builder.WebHost.ConfigureKestrel(server => server.Listen(options, Certificate(server, options)));
        if (options.Tls is { } tls)
            builder.Services.AddSingleton(provider => LoadCertificate(provider, tls));
        if (options.Access.Jwt?.KeyFile is { } keyFile)
            builder.Services.AddSingleton(provider => LoadKeys(provider, keyFile))
                .AddSingleton<Func<JwtKeySet>>(provider => () => provider.GetRequiredService<ReloadedFiles<JwtKeySet>>().Current);
        builder.Services
            .AddSingleton(TimeProvider.System)
            .AddApplication(options.Limits)
            .AddInfrastructure(options.Store, options.Deliveries)
            .AddHttpApi(options)
            .AddAccess(options.Access)
            .AddRateLimits(options.RateLimit, options.Limits)
            .AddOpenApiDocument(options.Tenants, hasHealth: options.ManagementPort is null)
            .AddHealth(options.Drain)
            .AddTelemetry(options.Telemetry, Telemetry.Name)
            .AddLogFormat(options.LogFormat, isTerminal: !Console.IsOutputRedirected);
        if (options.Quota is { } quota)
            builder.Services.AddQuotas(quota).AddQuotaHealth();
        // Around the quotas: what they refuse is told as well.
        if (options.Audit.IsOn)
            builder.Services.AddHttpContextAccessor().AddSingleton<IActor, HttpActor>().AddAudit();

        var app = builder.Build();
        app.UseGateway(options.Gateway);
        app.Use(app.Services.GetRequiredService<Drain>().Invoke);
        app.UseExceptionHandler(_ => { });
        app.UseStatusCodePages(context => Problems.OfStatus(context.HttpContext.Response.StatusCode).WriteTo(context.HttpContext));
        if (options.ManagementPort is not null)
            app.UseManagementPort(options.Telemetry);
        app.UseMiddleware<KeyPath>();
        app.UseOpenApiDocument();
        app.UseRouting();
        app.UseAccess(options.Access);
        // Behind it: what is turned away there takes nothing of a tenant's share.
        app.UseRateLimits(options.RateLimit);
        app.MapGet("/", () => Results.LocalRedirect("~/swagger")).ExcludeFromDescription().AllowAnonymous();
        if (options.ManagementPort is null)
            app.MapHealth().MapMetrics(options.Telemetry);
        app.MapControllers();
        app.AnnounceStart(options);
        // A store that cannot be opened stops the start, not the first request; nor does a certificate wait for one.
        app.Services.GetService<ServerCertificate>();
        app.Services.GetRequiredService<IStoreProbe>();
        return app;
    }

    /// <summary>The use cases over the store for a verb of the command line: nothing listens, watches or calls webhooks.</summary>
    /// <exception cref="ConfigurationException">A setting makes no sense, or the store cannot be opened.</exception>
    public static WebApplication CreateForCommandLine(WebApplicationBuilder builder)
    {
        var options = KvOptions.Read(builder.Configuration);
        // The output is the verb's own.
        builder.Logging.ClearProviders();
        builder.Services
            .AddSingleton(TimeProvider.System)
            .AddApplication(options.Limits)
            .AddInfrastructure(options.Store, options.Deliveries);
        if (options.Audit.IsOn)
            builder.AddCommandLineAudit(options.LogFormat);
        var app = builder.Build();
        app.Services.GetRequiredService<IStoreProbe>();
        return app;
    }

    // The standard output is the verb's own still, and nothing else is logged.
    private static void AddCommandLineAudit(this WebApplicationBuilder builder, string logFormat)
    {
        builder.Services
            .AddSingleton<IActor, CommandLineActor>().AddAudit()
            .AddLogFormat(logFormat, isTerminal: !Console.IsErrorRedirected);
        builder.Logging
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .AddFilter<ConsoleLoggerProvider>(null, LogLevel.None)
            .AddFilter<ConsoleLoggerProvider>(AuditServices.Category, LogLevel.Information);
    }

    private static Func<SslStreamCertificateContext>? Certificate(KestrelServerOptions server, KvOptions options) =>
        options.Tls is null ? null : () => server.ApplicationServices.GetRequiredService<ServerCertificate>().Current;

    private static ServerCertificate LoadCertificate(IServiceProvider provider, TlsOptions tls) => new(
        tls.CertFile, tls.KeyFile, tls.ReloadInterval, provider.GetRequiredService<TimeProvider>(),
        provider.GetRequiredService<ILogger<ServerCertificate>>());

    private static ReloadedFiles<JwtKeySet> LoadKeys(IServiceProvider provider, JwtKeyFile file)
    {
        var keys = new ReloadedFiles<JwtKeySet>(
            [file.Path], contents => JwtKeys.Read(contents[0]), changed: null, file.ReloadInterval, provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<JwtKeyFile>>());
        keys.Begin();
        return keys;
    }
}
