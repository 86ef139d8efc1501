using System.Net;
using Kv.Api.Answers;
using Kv.Api.RateLimits;
using Kv.Api.Tls;
using Kv.Domain.Quotas;

namespace Kv.Api.Configuration;

/// <summary>The settings of listeners and of callers' limits.</summary>
internal static class CallerSettings
{
    public static TlsOptions? Tls(Settings settings) =>
        settings.CertificatePair("TLS_CERT_FILE", "TLS_KEY_FILE") is ({ } certFile, { } keyFile)
            ? new TlsOptions(certFile, keyFile, settings.ReloadInterval())
            : null;

    public static int? ManagementPort(Settings settings, int port)
    {
        const int none = -1;
        var management = (int)settings.Number("MANAGEMENT_PORT", none, 0, IPEndPoint.MaxPort);
        if (management == port && port != 0)
            settings.Refuse("MANAGEMENT_PORT", $"{management}", "another port than PORT");
        return management == none ? null : management;
    }

    /// <summary>The port for plain-text HTTP/2; null for none.</summary>
    public static int? Http2Port(Settings settings, int port, int? managementPort)
    {
        if (!settings.Flag("HTTP2_CLEARTEXT"))
        {
            settings.WarnWithoutEffect("HTTP2_CLEARTEXT=true", "HTTP2_PORT");
            if (settings.Text("TLS_CERT_FILE") is null)
                settings.WarnWithoutEffect("TLS_CERT_FILE or HTTP2_CLEARTEXT=true", "MAX_STREAMS_PER_CONNECTION");
            return null;
        }
        if (settings.Text("TLS_CERT_FILE") is not null)
            settings.Refuse(
                "HTTP2_CLEARTEXT", "true", "false where TLS_CERT_FILE is set: PORT speaks HTTP/2 over TLS then");
        var http2 = (int)settings.Number("HTTP2_PORT", 8082, 0, IPEndPoint.MaxPort);
        if (http2 != 0 && (http2 == port || http2 == managementPort))
            settings.Refuse("HTTP2_PORT", $"{http2}", "another port than PORT and MANAGEMENT_PORT");
        return http2;
    }

    public static ConnectionOptions Connections(Settings settings)
    {
        var standard = new ConnectionOptions();
        return new ConnectionOptions
        {
            MaxConnections = (int?)settings.Limit("MAX_CONNECTIONS", standard.MaxConnections!.Value, 1_000_000),
            KeepAlive = settings.Seconds("KEEP_ALIVE_TIMEOUT_SECONDS", standard.KeepAlive, 1, 3600),
            Headers = settings.Seconds("REQUEST_HEADERS_TIMEOUT_SECONDS", standard.Headers, 1, 300),
            MinBodyRate = (int)settings.Number("MIN_BODY_BYTES_PER_SECOND", standard.MinBodyRate, 0, 1_000_000),
            MaxStreams = (int)settings.Number("MAX_STREAMS_PER_CONNECTION", standard.MaxStreams, 1, 10_000),
        };
    }

    public static AnswerOptions Answers(Settings settings, Limits limits)
    {
        // The memory of the machine or the container, or the limit of the heap.
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var standard = Math.Max(Math.Min(memory / 4, 1L << 30), limits.MaxResultBytes);
        return new AnswerOptions(
            settings.Number("MAX_UNSENT_BYTES", standard, limits.MaxResultBytes, 1L << 40),
            settings.Seconds("ANSWER_STALL_SECONDS", TimeSpan.FromSeconds(30), 1, 600));
    }

    public static RateLimitOptions? RateLimit(Settings settings)
    {
        const int most = 1_000_000;
        var rate = (int)settings.Number("RATE_LIMIT_PER_SECOND", 0, 0, most);
        var burst = (int)settings.Number("RATE_LIMIT_BURST", 0, 0, most);
        if (rate == 0 && burst > 0)
            settings.Refuse("RATE_LIMIT_BURST", $"{burst}", "0 when RATE_LIMIT_PER_SECOND is 0");
        return rate == 0 ? null : new RateLimitOptions(rate, burst == 0 ? rate : burst);
    }

    public static int? AddressLimit(Settings settings) =>
        (int?)settings.Limit("RATE_LIMIT_PER_ADDRESS", 0, 1_000_000);

    public static Quota? Quota(Settings settings)
    {
        var (keys, bytes) = (settings.Limit("QUOTA_KEYS", 0, 1L << 40), settings.Limit("QUOTA_BYTES", 0, 1L << 50));
        return keys is null && bytes is null ? null : new Quota(keys, bytes);
    }
}
