using System.Net;
using Kv.Api.Access;
using Kv.Api.Audit;
using Kv.Api.Gateway;
using Kv.Api.Operation;
using Kv.Api.RateLimits;
using Kv.Api.Tenants;
using Kv.Api.Tls;
using Kv.Api.Watching;
using Kv.Domain;
using Kv.Domain.Quotas;
using Kv.Domain.Tenants;
using Kv.Infrastructure.Deliveries;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Embedded;

namespace Kv.Api.Configuration;

/// <summary>Everything that can be configured. docs/configuration.md lists the variables.</summary>
internal sealed record KvOptions
{
    /// <summary>The TCP port to listen on; 0 picks a free one. Default 8080.</summary>
    public required int Port { get; init; }

    /// <summary>The TCP port for probes and metrics alone, in plain HTTP; 0 picks a free one; null for none, and they are on <see cref="Port"/>.</summary>
    public required int? ManagementPort { get; init; }

    /// <summary>The address to listen on; null for every one. "localhost" is both loopback addresses.</summary>
    public required string? ListenAddress { get; init; }

    /// <summary>TLS for callers; null for plain text.</summary>
    public required TlsOptions? Tls { get; init; }

    /// <inheritdoc cref="ConnectionOptions"/>
    public required ConnectionOptions Connections { get; init; }

    /// <inheritdoc cref="GatewayOptions"/>
    public required GatewayOptions Gateway { get; init; }

    /// <summary>How many requests a tenant may make; null for any number.</summary>
    public required RateLimitOptions? RateLimit { get; init; }

    /// <summary>How much a tenant may have; null for any number of keys and bytes.</summary>
    public required Quota? Quota { get; init; }

    /// <inheritdoc cref="Domain.Limits"/>
    public required Limits Limits { get; init; }

    /// <inheritdoc cref="TenantOptions"/>
    public required TenantOptions Tenants { get; init; }

    /// <inheritdoc cref="StoreOptions"/>
    public required StoreOptions Store { get; init; }

    /// <inheritdoc cref="DeliveryOptions"/>
    public required DeliveryOptions Deliveries { get; init; }

    /// <inheritdoc cref="WatchOptions"/>
    public required WatchOptions Watches { get; init; }

    /// <inheritdoc cref="AccessOptions"/>
    public required AccessOptions Access { get; init; }

    /// <summary>How long requests are served after the word to stop, 0 s to 300 s. Default 5 s.</summary>
    public required TimeSpan Drain { get; init; }

    /// <inheritdoc cref="TelemetryOptions"/>
    public required TelemetryOptions Telemetry { get; init; }

    /// <summary>LOG_FORMAT: "auto", "json" or "text". Default "auto": JSON unless the output is a terminal.</summary>
    public required string LogFormat { get; init; }

    /// <inheritdoc cref="AuditOptions"/>
    public required AuditOptions Audit { get; init; }

    /// <exception cref="ConfigurationException">A setting makes no sense; the message names each that does not.</exception>
    public static KvOptions Read(IConfiguration configuration)
    {
        var settings = new Settings(configuration);
        var limits = ReadLimits(settings);
        var audit = AuditSettings.Read(settings);
        var port = (int)settings.Number("PORT", 8080, 0, IPEndPoint.MaxPort);
        var options = new KvOptions
        {
            Port = port,
            ManagementPort = CallerSettings.ManagementPort(settings, port),
            ListenAddress = ReadListenAddress(settings),
            Tls = CallerSettings.Tls(settings),
            Connections = CallerSettings.Connections(settings),
            Gateway = GatewaySettings.Read(settings),
            RateLimit = CallerSettings.RateLimit(settings),
            Quota = CallerSettings.Quota(settings),
            Limits = limits,
            Tenants = ReadTenants(settings, limits),
            Store = ReadStore(settings) with { AuditRetention = audit.IsKept ? audit.Retention : null },
            Deliveries = DeliverySettings.Read(settings),
            Watches = new WatchOptions { Heartbeat = TimeSpan.FromSeconds(settings.Number("WATCH_HEARTBEAT_SECONDS", 15, 1, 300)) },
            Access = AccessSettings.Read(settings),
            Drain = TimeSpan.FromSeconds(settings.Number("SHUTDOWN_DRAIN_SECONDS", 5, 0, 300)),
            Telemetry = TelemetrySettings.Read(settings),
            Audit = audit,
            LogFormat = settings.Text(
                "LOG_FORMAT", Operation.LogFormat.Auto,
                text => text is Operation.LogFormat.Auto or Operation.LogFormat.Json or Operation.LogFormat.Text, "auto, json or text"),
        };
        settings.CheckLogLevels();
        settings.ThrowIfRefused();
        return options;
    }

    private static string? ReadListenAddress(Settings settings)
    {
        var address = settings.Text(
            "LISTEN_ADDRESS", "*",
            text => text is "*" or "localhost" || IPAddress.TryParse(text, out _),
            "an IP address, 'localhost', or '*' for every address");
        return address == "*" ? null : address;
    }

    private static Limits ReadLimits(Settings settings)
    {
        var standard = new Limits();
        var maxTtl = settings.Number("MAX_TTL_SECONDS", standard.MaxTtlSeconds, 1, 100L * 365 * 24 * 60 * 60);
        return new Limits
        {
            MaxNamespaceLength = (int)settings.Number("MAX_NAMESPACE_LEN", standard.MaxNamespaceLength, 1, 1024),
            MaxAppNameLength = (int)settings.Number("MAX_APPNAME_LEN", standard.MaxAppNameLength, 1, 1024),
            MaxKeyLength = (int)settings.Number("MAX_KEY_LEN", standard.MaxKeyLength, 1, 4096),
            MaxValueBytes = (int)settings.Number("MAX_VALUE_SIZE", standard.MaxValueBytes, 0, 16 * 1024 * 1024),
            MaxTtlSeconds = maxTtl,
            DefaultTtlSeconds = settings.Number("DEFAULT_TTL_SECONDS", standard.DefaultTtlSeconds, 0, maxTtl),
            MaxWebhooks = (int)settings.Number("MAX_WEBHOOKS_ALLOWED", standard.MaxWebhooks, 1, 10_000),
        };
    }

    private static TenantOptions ReadTenants(Settings settings, Limits limits)
    {
        var standard = new TenantOptions();
        const string header = "a header name (letters, digits and -_.~!#$%&'*+^`|)";
        var options = new TenantOptions
        {
            NamespaceHeader = settings.Text("HEADER_NAMESPACE", standard.NamespaceHeader, TenantOptions.IsHeaderName, header),
            AppNameHeader = settings.Text("HEADER_APPNAME", standard.AppNameHeader, TenantOptions.IsHeaderName, header),
            DefaultNamespace = Name("DEFAULT_NAMESPACE", standard.DefaultNamespace, limits.MaxNamespaceLength),
            DefaultAppName = Name("DEFAULT_APPNAME", standard.DefaultAppName, limits.MaxAppNameLength),
        };
        if (string.Equals(options.NamespaceHeader, options.AppNameHeader, StringComparison.OrdinalIgnoreCase))
            settings.Refuse("HEADER_APPNAME", options.AppNameHeader, "another header than HEADER_NAMESPACE");
        return options;

        string Name(string variable, string fallback, int maxLength) => settings.Text(
            variable, fallback,
            text => Tenant.IsName(text) && Text.Length(text) <= maxLength,
            $"at most {maxLength} characters, without '/', '*' and control characters");
    }

    private static StoreOptions ReadStore(Settings settings)
    {
        var standard = new StoreOptions();
        var engine = settings.Text("STORE", "etcd", text => text is "etcd" or "embedded", "etcd or embedded");
        var timeout = TimeSpan.FromSeconds(settings.Number("STORE_TIMEOUT_SECONDS", 3, 1, 60));
        return new StoreOptions
        {
            Engine = engine == "embedded" ? StoreEngine.Embedded : StoreEngine.Etcd,
            BaseKeyPrefix = settings.Text(
                "BASE_KEY_PREFIX", standard.BaseKeyPrefix,
                text => !text.StartsWith('/') && !text.EndsWith('/') && !Text.HasControlCharacter(text),
                "a path without '/' at its ends and without control characters"),
            NearCacheBytes = settings.Number("NEAR_CACHE_BYTES", standard.NearCacheBytes, 0, 1L << 40),
            Etcd = EtcdSettings.Read(settings) with { Timeout = timeout },
            Embedded = new EmbeddedOptions
            {
                DataDirectory = Path.GetFullPath(settings.Text("DATA_DIR") ?? standard.Embedded.DataDirectory),
                HistoryRevisions = settings.Number(
                    "HISTORY_REVISIONS", standard.Embedded.HistoryRevisions, 1_000, 1_000_000_000),
                Timeout = timeout,
            },
        };
    }
}
