using System.Net;
using System.Net.Security;
using Kv.Api.Answers;
using Kv.Api.Configuration;
using Kv.Api.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Kv.Api.Hosting;

/// <summary>Configures the listeners.</summary>
internal static class Listener
{
    private const int RequestLineBytes = 8 * 1024;
    private const int HeaderBytes = 32 * 1024;

    // Calls whose bodies wait must not stop the other calls on the connection of a gateway.
    private const int Http2ConnectionBytes = 4 * HeldBytes.MinCounted;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The bytes that a connection may send ahead while its calls are busy; at least the head of a request. The limits
    /// of bodies do not count them: the number of connections bounds them, as it does for small bodies.
    /// </summary>
    public static int ReceiveBytes(KvOptions options) => Math.Max(HeldBytes.MinCounted, HeadBytes(options));

    /// <param name="certificate">Returns the certificate for a new connection; null for plain text.</param>
    public static void Listen(
        this KestrelServerOptions server, KvOptions options, Func<SslStreamCertificateContext>? certificate)
    {
        server.AddServerHeader = false;
        Bound(server.Limits, options);
        server.Listen(options.ListenAddress, options.Port, Secure);
        // Without TLS the version of a connection cannot be negotiated: HTTP/2 needs its own port (RFC 9113, section
        // 3.3).
        if (options.Http2Port is { } http2)
        {
            server.Listen(options.ListenAddress, http2, listen => listen.Protocols = HttpProtocols.Http2);
            // Gateways forward the caller's scheme: HAProxy sends https over the plain connection.
            server.AllowAlternateSchemes = true;
        }
        // Kestrel counts connections per endpoint, so the limit does not affect the management port.
        if (options.ManagementPort is { } management)
            server.Listen(options.ListenAddress, management, ManagementPort.Mark);

        void Secure(ListenOptions listen)
        {
            // Resolved per connection, so that open connections keep their certificate after a reload.
            if (certificate is not null)
                listen.UseHttps(new TlsHandshakeCallbackOptions
                {
                    OnConnection = _ => ValueTask.FromResult(
                        new SslServerAuthenticationOptions { ServerCertificateContext = certificate() }),
                });
        }
    }

    private static void Listen(
        this KestrelServerOptions server, string? address, int port, Action<ListenOptions> configure)
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
        limits.MinRequestBodyDataRate = options.Connections.MinBodyRate is > 0 and var rate
            ? new MinDataRate(rate, Grace)
            : null;
        limits.MaxRequestLineSize = RequestLineBytes + KeyBytes(options);
        limits.MaxRequestHeadersTotalSize = HeadBytes(options);
        // The socket's own limit holds for plain connections, this one behind TLS.
        limits.MaxRequestBufferSize = ReceiveBytes(options);
        limits.Http2.MaxStreamsPerConnection = options.Connections.MaxStreams;
        limits.Http2.InitialConnectionWindowSize = Http2ConnectionBytes;
        limits.Http2.InitialStreamWindowSize = HeldBytes.MinCounted;
        limits.Http2.MaxRequestHeaderFieldSize = HeadBytes(options);
    }

    // A path can contain a key, a query a prefix and a cursor, with up to twelve bytes per character.
    private static int KeyBytes(KvOptions options) => 24 * options.Limits.MaxKeyLength;

    private static int HeadBytes(KvOptions options) => HeaderBytes + KeyBytes(options);
}
