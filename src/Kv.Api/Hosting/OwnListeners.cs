using System.Net;
using Kv.Api.Configuration;
using Kv.Domain.Webhooks;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Kv.Api.Hosting;

/// <summary>Reports the deployment's own endpoints to the rules for webhook targets.</summary>
internal static class OwnListeners
{
    public static WebApplication ExcludeFromWebhooks(this WebApplication app, KvOptions options)
    {
        var own = app.Services.GetRequiredService<OwnEndpoints>();
        foreach (var collector in options.Telemetry.Collectors)
            own.Add(collector);
        if (options.Access.Jwt?.Authority is { } issuer)
            own.Add(issuer);
        // Dynamic ports are known only after the start.
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            var listening = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
            own.SetListeners([.. (listening?.Addresses ?? []).SelectMany(Read)]);
        });
        return app;
    }

    private static IEnumerable<IPEndPoint> Read(string address)
    {
        var uri = new Uri(address);
        return IPAddress.TryParse(uri.IdnHost, out var listening)
            ? [new IPEndPoint(listening, uri.Port)]
            : [new IPEndPoint(IPAddress.Loopback, uri.Port), new IPEndPoint(IPAddress.IPv6Loopback, uri.Port)];
    }
}
