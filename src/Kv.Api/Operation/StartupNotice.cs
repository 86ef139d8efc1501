using Kv.Api.Configuration;
using Kv.Infrastructure.Storage;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Kv.Api.Operation;

/// <summary>One line at the start: where Kv listens, which store it uses, where Swagger UI is; and one for the management port, if there is one.</summary>
internal static partial class StartupNotice
{
    public static WebApplication AnnounceStart(this WebApplication app, KvOptions options)
    {
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses;
            var address = Reachable(addresses?.FirstOrDefault());
            LogStarted(app.Logger, address, Describe(options.Store), $"{address}/swagger");
            if (options.ManagementPort is not null)
                LogManagement(app.Logger, Reachable(addresses?.LastOrDefault()));
        });
        return app;
    }

    private static string Reachable(string? address) => (address ?? "http://localhost")
        .Replace("[::]", "localhost", StringComparison.Ordinal)
        .Replace("0.0.0.0", "localhost", StringComparison.Ordinal);

    private static string Describe(StoreOptions store) => store.Engine == StoreEngine.Embedded
        ? $"the embedded store in {store.Embedded.DataDirectory}"
        : $"etcd at {string.Join(',', store.Etcd.Endpoints.Select(uri => uri.GetLeftPart(UriPartial.Authority)))}";

    [LoggerMessage(LogLevel.Information, "Kv listens on {Address} and uses {Store}; Swagger UI is at {SwaggerUi}")]
    private static partial void LogStarted(ILogger logger, string address, string store, string swaggerUi);

    [LoggerMessage(LogLevel.Information, "Probes and metrics are at {Address}")]
    private static partial void LogManagement(ILogger logger, string address);
}
