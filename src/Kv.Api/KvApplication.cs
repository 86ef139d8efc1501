using System.Net.Security;
using Kv.Api.Access;
using Kv.Api.Answers;
using Kv.Api.Audit;
using Kv.Api.CommandLine;
using Kv.Api.Configuration;
using Kv.Api.Errors;
using Kv.Api.Gateway;
using Kv.Api.Health;
using Kv.Api.Hosting;
using Kv.Api.Http;
using Kv.Api.Middleware;
using Kv.Api.OpenApi;
using Kv.Api.RateLimits;
using Kv.Api.Telemetry;
using Kv.Api.Tls;
using Kv.Api.WebConsole;
using Kv.Api.Webhooks;
using Kv.Application;
using Kv.Application.Audit;
using Kv.Domain.Audit;
using Kv.Domain.Storage;
using Kv.Infrastructure;
using Kv.Infrastructure.Quotas;
using Kv.Infrastructure.Tls;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Kv.Api;

/// <summary>Composes the service.</summary>
internal static class KvApplication
{
    /// <exception cref="ConfigurationException">A setting is invalid, or the store cannot be opened.</exception>
    public static WebApplication Create(WebApplicationBuilder builder)
    {
        var options = KvOptions.Read(builder.Configuration);
        builder.WebHost.ConfigureKestrel(server => server.Listen(options, Certificate(server, options)));
        builder.Services.Configure<SocketTransportOptions>(
            sockets => sockets.MaxReadBufferSize = Listener.ReceiveBytes(options));
        if (options.Tls is { } tls)
            builder.Services.AddSingleton(provider => LoadCertificate(provider, tls));
        if (options.Access.Jwt?.KeyFile is { } keyFile)
            builder.Services.AddSingleton(provider => LoadKeys(provider, keyFile))
                .AddSingleton<Func<JwtKeySet>>(
                    provider => () => provider.GetRequiredService<ReloadedFiles<JwtKeySet>>().Current);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services
            .AddApplication(options.Limits)
            .AddInfrastructure(options.Store, options.Deliveries, options.Audit)
            .AddHttpApi(options)
            .AddAnswers(options.Answers, Infrastructure.Diagnostics.Telemetry.Name)
            .AddGateway(options.Gateway)
            .AddAccess(options.Access)
            .AddOpenApiDocument(options.Tenants, hasHealth: options.ManagementPort is null)
            .AddHealth(options.Drain)
            .AddTelemetry(options.Telemetry)
            .AddLogFormat(options.LogFormat, isTerminal: !Console.IsOutputRedirected);
        if (options.RateLimit is { } rate)
            builder.Services.AddSingleton(rate).AddSingleton<TenantLimit>();
        if (options.AddressLimit is { } most)
            builder.Services.AddSingleton(_ => new AddressLimit(most));
        if (options.Quota is { } quota)
            builder.Services.AddQuotas(quota).AddHealthChecks().AddCheck<QuotaHealthCheck>("quota");
        // The audit decorates the quotas, so that it also logs their refusals.
        if (options.Audit.IsOn)
            builder.Services.AddHttpContextAccessor().AddSingleton<IActor, HttpActor>().AddAudit();

        var app = builder.Build();
        app.UseGateway(options.Gateway);
        app.Use(app.Services.GetRequiredService<Drain>().Invoke);
        app.UseMiddleware<CachePolicy>();
        app.UseMiddleware<HeadAnswers>();
        app.UseExceptionHandler(_ => { });
        app.UseStatusCodePages(
            context => Problems.OfStatus(context.HttpContext.Response.StatusCode).WriteTo(context.HttpContext));
        app.Use(OwnCalls.Refuse);
        if (options.ManagementPort is not null)
            app.UseManagementPort(options.Gateway.ManagementHosts, options.Telemetry);
        // Early, so that pages can read errors as well.
        if (options.Gateway.CorsOrigins.Count > 0)
            app.UseCors();
        app.UseAllowedHosts(options.Gateway.AllowedHosts);
        app.UseMiddleware<StrictRequests>();
        app.UseMiddleware<KeyPath>();
        app.UseOpenApiDocument();
        app.UseConsole(options);
        app.UseRouting();
        // Before access control, so that requests with invalid credentials count.
        if (options.AddressLimit is not null)
            app.Use(app.Services.GetRequiredService<AddressLimit>().Invoke);
        if (options.Access.Mode != AccessMode.None)
            app.UseMiddleware<AccessGate>();
        // After access control: refused requests do not count against the tenant's rate limit.
        if (options.RateLimit is not null)
            app.Use(app.Services.GetRequiredService<TenantLimit>().Invoke);
        app.UseMiddleware<BoundedBodies>(
            new BodyRules(options.Answers.StallTimeout, options.Connections.MinBodyRate));
        app.Use(app.Services.GetRequiredService<CostlyCalls>().Invoke);
        app.UseMiddleware<StrictCalls>();
        app.MapStart(options);
        if (options.ManagementPort is null)
            app.MapHealth().MapMetrics(options.Telemetry);
        app.MapControllers();
        app.ExcludeFromWebhooks(options).AnnounceStart(options);
        // Open the store and load the certificate now, so that failures prevent the start.
        app.Services.GetService<ReloadedFiles<SslStreamCertificateContext>>();
        app.Services.GetRequiredService<IStoreProbe>();
        return app;
    }

    private static Func<SslStreamCertificateContext>? Certificate(KestrelServerOptions server, KvOptions options) =>
        options.Tls is null
            ? null
            : () => server.ApplicationServices.GetRequiredService<ReloadedFiles<SslStreamCertificateContext>>().Current;

    private static ReloadedFiles<SslStreamCertificateContext> LoadCertificate(
        IServiceProvider provider, TlsOptions tls) => new(
            [tls.CertFile, tls.KeyFile], contents => PemCertificates.Pair(contents[0], contents[1]),
            tls.ReloadInterval, provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<TlsOptions>>());

    private static ReloadedFiles<JwtKeySet> LoadKeys(IServiceProvider provider, JwtKeyFile file) => new(
        [file.Path], contents => JwtKeys.Read(contents[0]), file.ReloadInterval,
        provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<JwtKeyFile>>());
}
