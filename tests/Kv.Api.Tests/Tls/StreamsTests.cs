using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Tls;

/// <summary>The limit of concurrent requests on an HTTP/2 connection.</summary>
internal sealed class StreamsTests
{
    private const int MaxConcurrentStreams = 3;

    [TestCase(null, 100)]
    [TestCase("7", 7)]
    public async Task The_server_announces_its_limit_of_streams(string? setting, int expected)
    {
        using var certificates = TestCertificates.Create();
        await using var host = await KvHost.Start(
            Engine.Embedded, ("TLS_CERT_FILE", certificates.ServerCertFile),
            ("TLS_KEY_FILE", certificates.ServerKeyFile),
            ("MAX_STREAMS_PER_CONNECTION", setting));
        using var socket = new TcpClient();
        await socket.ConnectAsync(host.Address.Host, host.Address.Port);
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.Add(certificates.LoadCa());
        await using var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            CertificateChainPolicy = policy,
        });

        // The preface and empty settings (RFC 9113, section 3.4); the server's settings come first.
        await tls.WriteAsync((byte[])[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0]);
        var head = new byte[9];
        await tls.ReadExactlyAsync(head);
        var settings = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
        await tls.ReadExactlyAsync(settings);

        var seen = settings.Chunk(6).ToDictionary(
            one => (int)BinaryPrimitives.ReadUInt16BigEndian(one),
            one => (long)BinaryPrimitives.ReadUInt32BigEndian(one.AsSpan(2)));
        Assert.That(head[3], Is.EqualTo(4), "a frame of settings");
        Assert.That(seen[MaxConcurrentStreams], Is.EqualTo(expected));
    }
}
