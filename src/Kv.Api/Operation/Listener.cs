using System.Net;
using System.Net.Security;
using Kv.Api.Configuration;
using Kv.Api.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Kv.Api.Operation;

/// <summary>Where and how Kv listens.</summary>
internal static class Listener
{
    private const int RequestLineBytes = 8 * 1024;
    private const int HeaderBytes = 32 * 1024;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <param name="server">The server.</param>
    /// <param name="options">The settings.</param>
    /// <param name="certificate">The certificate that a connection is shown which begins now; null for plain text.</param>
    public static void Listen(this KestrelServerOptions server, KvOptions options, Func<SslStreamCertificateContext>? certificate)
    {
        server.AddServerHeader = false;
        Bound(server.Limits, options);
        server.Listen(options.ListenAddress, options.Port, Secure);
        // Kestrel counts the connections of each endpoint by themselves.
        if (options.ManagementPort is { } management)
            server.Listen(options.ListenAddress, management, ManagementPort.Mark);

        void Secure(ListenOptions listen)
        {
            // Asked for each connection, so that those which are open go on with the certificate that they began with.
            if (certificate is not null)
                listen.UseHttps(new TlsHandshakeCallbackOptions
                {
                    OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificateContext = certificate() }),
                });
        }
    }

    private static void Listen(this KestrelServerOptions server, string? address, int port, Action<ListenOptions> configure)
    {
        switch (address)
        {
            case null:
                server.ListenAnyIP(port, configure);
                break;
            case "localhost" when port > 0:
                server.ListenLocalhost(port, configure);
                break;
            case "localhost":
                server.Listen(IPAddress.Loopback, port, configure);
                break;
            default:
                server.Listen(IPAddress.Parse(address), port, configure);
                break;
        }
    }

    private static void Bound(KestrelServerLimits limits, KvOptions options)
    {
        limits.MaxRequestBodySize = options.Limits.MaxBodyBytes();
        limits.MaxConcurrentConnections = options.Connections.MaxConnections;
        limits.KeepAliveTimeout = options.Connections.KeepAlive;
        limits.RequestHeadersTimeout = options.Connections.Headers;
        limits.MinRequestBodyDataRate = options.Connections.MinBodyRate is > 0 and var rate ? new MinDataRate(rate, Grace) : null;
        // A path may name a key, and a query a prefix and a cursor, of up to twelve bytes for each character.
        var keys = 24 * options.Limits.MaxKeyLength;
        limits.MaxRequestLineSize = RequestLineBytes + keys;
        limits.MaxRequestHeadersTotalSize = HeaderBytes + keys;
        limits.Http2.MaxRequestHeaderFieldSize = HeaderBytes + keys;
    }
}
