using Kv.Api.Configuration;
using Kv.Api.Health;
using Kv.Infrastructure.Deliveries.Targets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Kv.Api.Hosting;

/// <summary>
/// Logs at the start, for operators: the listener and the store, then the main settings, then the management port.
/// </summary>
internal static partial class StartupNotice
{
    public static WebApplication AnnounceStart(this WebApplication app, KvOptions options)
    {
        foreach (var warning in options.Warnings)
            LogWarning(app.Logger, warning);
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            var addresses =
                app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses;
            var address = Reachable(addresses?.FirstOrDefault());
            LogStarted(app.Logger, ProgramVersion.Text, address, options.Store.Description, $"{address}/swagger");
            if (options.HasConsole)
                LogConsole(app.Logger, $"{address}/console");
            LogMode(
                app.Logger, Word(options.Access.Mode), Word(options.Audit.Mode), Word(options.Deliveries.Targets.Mode),
                Reached(options.Deliveries.Targets.Mode),
                Describe(options));
            if (options.ManagementPort is not null)
                LogManagement(app.Logger, Reachable(addresses?.LastOrDefault()));
        });
        return app;
    }

    private static string Reached(TargetMode mode) => mode switch
    {
        TargetMode.Public => "public addresses only",
        TargetMode.Private => "private networks and this machine as well",
    };

    private static string Describe(KvOptions options)
    {
        var rate = options.RateLimit is { } limit ? $"{limit.PerSecond} requests a second" : "any number of requests";
        var keys = options.Quota?.MaxKeys is { } maxKeys ? $"{maxKeys} keys" : "any number of keys";
        var bytes = options.Quota?.MaxBytes is { } maxBytes ? $"{maxBytes} bytes" : "any number of bytes";
        return $"{rate}, {keys} and {bytes}, values of up to {options.Limits.MaxValueBytes} bytes";
    }

    private static string Word<T>(T mode)
        where T : struct, Enum => mode.ToString().ToLowerInvariant();

    private static string Reachable(string? address) => (address ?? "http://localhost")
        .Replace("[::]", "localhost", StringComparison.Ordinal)
        .Replace("0.0.0.0", "localhost", StringComparison.Ordinal);
}
