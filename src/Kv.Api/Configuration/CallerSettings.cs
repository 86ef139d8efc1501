using System.Net;
using Kv.Api.Operation;
using Kv.Api.RateLimits;
using Kv.Api.Tls;
using Kv.Domain.Quotas;

namespace Kv.Api.Configuration;

/// <summary>The settings of how callers reach Kv, and how much they may take up.</summary>
internal static class CallerSettings
{
    public static TlsOptions? Tls(Settings settings) =>
        settings.CertificatePair("TLS_CERT_FILE", "TLS_KEY_FILE") is ({ } certFile, { } keyFile)
            ? new TlsOptions { CertFile = certFile, KeyFile = keyFile, ReloadInterval = settings.ReloadInterval() }
            : null;

    public static int? ManagementPort(Settings settings, int port)
    {
        const int none = -1;
        var management = (int)settings.Number("MANAGEMENT_PORT", none, 0, IPEndPoint.MaxPort);
        if (management == port && port != 0)
            settings.Refuse("MANAGEMENT_PORT", $"{management}", "another port than PORT");
        return management == none ? null : management;
    }

    public static ConnectionOptions Connections(Settings settings) => new()
    {
        MaxConnections = (int)settings.Number("MAX_CONNECTIONS", 20_000, 0, 1_000_000) is > 0 and var most ? most : null,
        KeepAlive = TimeSpan.FromSeconds(settings.Number("KEEP_ALIVE_TIMEOUT_SECONDS", 130, 1, 3600)),
        Headers = TimeSpan.FromSeconds(settings.Number("REQUEST_HEADERS_TIMEOUT_SECONDS", 10, 1, 300)),
        MinBodyRate = (int)settings.Number("MIN_BODY_BYTES_PER_SECOND", 240, 0, 1_000_000),
    };

    public static RateLimitOptions? RateLimit(Settings settings)
    {
        const int most = 1_000_000;
        var rate = (int)settings.Number("RATE_LIMIT_PER_SECOND", 0, 0, most);
        var burst = (int)settings.Number("RATE_LIMIT_BURST", 0, 0, most);
        if (rate == 0 && burst > 0)
            settings.Refuse("RATE_LIMIT_BURST", $"{burst}", "0 where RATE_LIMIT_PER_SECOND is");
        return rate == 0 ? null : new RateLimitOptions { PerSecond = rate, Burst = burst == 0 ? rate : burst };
    }

    public static Quota? Quota(Settings settings)
    {
        long? keys = settings.Number("QUOTA_KEYS", 0, 0, 1L << 40) is > 0 and var most ? most : null;
        long? bytes = settings.Number("QUOTA_BYTES", 0, 0, 1L << 50) is > 0 and var room ? room : null;
        return keys is null && bytes is null ? null : new Quota(keys, bytes);
    }
}
