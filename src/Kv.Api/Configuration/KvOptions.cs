using System.Net;
using Kv.Api.Access;
using Kv.Api.Answers;
using Kv.Api.Gateway;
using Kv.Api.Http;
using Kv.Api.Idempotency;
using Kv.Api.KeyValues.Bodies;
using Kv.Api.RateLimits;
using Kv.Api.Telemetry;
using Kv.Api.Tenants;
using Kv.Api.Tls;
using Kv.Api.Watching;
using Kv.Api.Webhooks;
using Kv.Application.Audit;
using Kv.Domain.Quotas;
using Kv.Domain.Tenants;
using Kv.Infrastructure.Deliveries;
using Kv.Infrastructure.Storage;
using Microsoft.Net.Http.Headers;
using Format = Kv.Api.Telemetry.LogFormat;

namespace Kv.Api.Configuration;

/// <summary>All settings. docs/configuration.md lists the variables.</summary>
internal sealed record KvOptions
{
    private static readonly string[] ReloadedFiles =
        ["TLS_CERT_FILE", "ETCD_CA_FILE", "ETCD_CERT_FILE", "JWT_KEY_FILE"];

    // A credential must not become the name of a tenant: names are stored, listed and logged.
    private static readonly HashSet<string> OtherHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        HeaderNames.Authorization, Credentials.ApiKeyHeader, HeaderNames.Host, HeaderNames.Connection,
        HeaderNames.TransferEncoding, HeaderNames.ContentLength, HeaderNames.ContentType, HeaderNames.Accept,
        HeaderNames.Expect, HeaderNames.Cookie, HeaderNames.ProxyAuthorization, HeaderNames.IfMatch,
        HeaderNames.IfNoneMatch, IdempotencyHeader.Name, RawBody.TtlHeader, RevisionHeaders.Consistency,
        RevisionHeaders.MinRevision, WatchController.LastEventId, OwnCalls.MessageId,
    };

    /// <summary>The TCP port to listen on; 0 for a free one.</summary>
    public required int Port { get; init; }

    /// <summary>
    /// The TCP port for probes and metrics only, over plain HTTP; 0 for a free one. Null serves them on
    /// <see cref="Port"/>.
    /// </summary>
    public required int? ManagementPort { get; init; }

    /// <summary>The address to listen on; null for every address. "localhost" means both loopback addresses.</summary>
    public required string? ListenAddress { get; init; }

    /// <summary>TLS for callers; null for plain text.</summary>
    public required TlsOptions? Tls { get; init; }

    /// <summary>
    /// The port for plain-text HTTP/2 with prior knowledge; 0 for a free one, null (the default) for none.
    /// </summary>
    public int? Http2Port { get; init; }

    public required ConnectionOptions Connections { get; init; }

    public required AnswerOptions Answers { get; init; }

    public required GatewayOptions Gateway { get; init; }

    /// <summary>The rate limit of tenants; null for no limit.</summary>
    public required RateLimitOptions? RateLimit { get; init; }

    /// <summary>Most requests per second from one address, 1 to 1 000 000; null (the default) for no limit.</summary>
    public required int? AddressLimit { get; init; }

    /// <summary>The quota of each tenant; null for none.</summary>
    public required Quota? Quota { get; init; }

    public required Limits Limits { get; init; }

    public required TenantOptions Tenants { get; init; }

    /// <summary>
    /// Whether a missing key is also looked up under its encoded name, as simple-golang-kv stored it.
    /// </summary>
    public required bool HasEncodedKeys { get; init; }

    public required StoreOptions Store { get; init; }

    /// <summary>How long a call of the store may take, over either engine.</summary>
    public TimeSpan StoreTimeout => Store.Etcd.Timeout;

    public required DeliveryOptions Deliveries { get; init; }

    public required WatchOptions Watches { get; init; }

    public required AccessOptions Access { get; init; }

    /// <summary>The time for which requests are served after the stop signal, 0 s to 300 s.</summary>
    public required TimeSpan Drain { get; init; }

    public required TelemetryOptions Telemetry { get; init; }

    /// <summary>Whether the console is served.</summary>
    public required bool HasConsole { get; init; }

    /// <summary>LOG_FORMAT: "auto", "json" or "text"; "auto" means JSON unless the output is a terminal.</summary>
    public required string LogFormat { get; init; }

    public required AuditOptions Audit { get; init; }

    /// <summary>Warnings about the settings, logged at the start.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <exception cref="ConfigurationException">
    /// A setting is invalid. The message lists every invalid setting.
    /// </exception>
    public static KvOptions Read(IConfiguration configuration)
    {
        var settings = new Settings(configuration);
        var limits = ReadLimits(settings);
        var audit = AuditSettings.Read(settings);
        var port = (int)settings.Number("PORT", 8080, 0, IPEndPoint.MaxPort);
        var managementPort = CallerSettings.ManagementPort(settings, port);
        var listenAddress = ReadListenAddress(settings);
        var tenants = ReadTenants(settings, limits);
        var access = AccessSettings.Read(settings);
        var options = new KvOptions
        {
            Port = port,
            ManagementPort = managementPort,
            Http2Port = CallerSettings.Http2Port(settings, port, managementPort),
            ListenAddress = listenAddress,
            Tls = CallerSettings.Tls(settings),
            Connections = CallerSettings.Connections(settings),
            Answers = CallerSettings.Answers(settings, limits),
            Gateway = GatewaySettings.Read(settings, IsLoopback(listenAddress) ? listenAddress : null),
            RateLimit = CallerSettings.RateLimit(settings),
            AddressLimit = CallerSettings.AddressLimit(settings),
            Quota = CallerSettings.Quota(settings),
            Limits = limits,
            Tenants = tenants,
            HasEncodedKeys = settings.Flag("COMPAT_ENCODED_KEYS"),
            Store = ReadStore(settings),
            Deliveries = DeliverySettings.Read(settings, tenants, access),
            Watches = new WatchOptions(
                settings.Seconds("WATCH_HEARTBEAT_SECONDS", TimeSpan.FromSeconds(15), 1, 300)),
            Access = access,
            Drain = settings.Seconds("SHUTDOWN_DRAIN_SECONDS", TimeSpan.FromSeconds(5), 0, 300),
            Telemetry = TelemetrySettings.Read(settings),
            HasConsole = settings.OneOf("CONSOLE", true, ("on", true), ("off", false)),
            Audit = audit,
            LogFormat = settings.Text(
                "LOG_FORMAT", Format.Auto,
                text => text is Format.Auto or Format.Json or Format.Text, "auto, json or text"),
        };
        settings.CheckLogLevels();
        settings.ThrowIfRefused();
        if (ReloadedFiles.All(name => settings.Text(name) is null))
            settings.WarnWithoutEffect(string.Join(" or ", ReloadedFiles), "TLS_RELOAD_SECONDS");
        if (options.Access.Mode == AccessMode.None && !IsLoopback(options.ListenAddress))
            settings.Warn(
                "AUTH is none and LISTEN_ADDRESS is not loopback: "
                + "each caller that reaches this port may use every namespace and app. "
                + "Let only your gateway reach it, or set AUTH=apikey or AUTH=jwt");
        if (options is { Access.Mode: AccessMode.None, RateLimit: not null, AddressLimit: null })
            settings.Warn(
                "AUTH is none and RATE_LIMIT_PER_ADDRESS is not set: "
                + "callers escape RATE_LIMIT_PER_SECOND by naming another namespace or app. "
                + "Set it, with TRUSTED_PROXIES where a proxy stands in front, or let your gateway name the tenants");
        return options with { Warnings = settings.Warnings };
    }

    private static bool IsLoopback(string? address) =>
        address == "localhost" || (IPAddress.TryParse(address, out var ip) && IPAddress.IsLoopback(ip));

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
        var maxValue = (int)settings.Number("MAX_VALUE_SIZE", standard.MaxValueBytes, 0, 16 * 1024 * 1024);
        return new Limits
        {
            MaxNamespaceLength = (int)settings.Number("MAX_NAMESPACE_LEN", standard.MaxNamespaceLength, 1, 1024),
            MaxAppNameLength = (int)settings.Number("MAX_APPNAME_LEN", standard.MaxAppNameLength, 1, 1024),
            MaxKeyLength = (int)settings.Number("MAX_KEY_LEN", standard.MaxKeyLength, 1, 4096),
            MaxValueBytes = maxValue,
            MaxTtlSeconds = maxTtl,
            DefaultTtlSeconds = settings.Number("DEFAULT_TTL_SECONDS", standard.DefaultTtlSeconds, 0, maxTtl),
            MaxWebhooks = (int)settings.Number("MAX_WEBHOOKS_ALLOWED", standard.MaxWebhooks, 1, 10_000),
            MaxWatches = (int)settings.Number("MAX_WATCHES", standard.MaxWatches, 1, 1_000_000),
            MaxResultBytes = settings.Number(
                "MAX_RESULT_BYTES", Math.Max(standard.MaxResultBytes, maxValue), Math.Max(1, maxValue),
                1024 * 1024 * 1024),
        };
    }

    private static bool IsFree(string header) => Text.IsHeaderName(header) && !OtherHeaders.Contains(header);

    private static TenantOptions ReadTenants(Settings settings, Limits limits)
    {
        var standard = new TenantOptions();
        const string header = "a header name (letters, digits and -_.~!#$%&'*+^`|) without another meaning for Kv";
        var options = new TenantOptions
        {
            NamespaceHeader = settings.Text("HEADER_NAMESPACE", standard.NamespaceHeader, IsFree, header),
            AppNameHeader = settings.Text("HEADER_APPNAME", standard.AppNameHeader, IsFree, header),
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
        var engine = settings.OneOf(
            "STORE", standard.Engine, ("etcd", StoreEngine.Etcd), ("embedded", StoreEngine.Embedded));
        // No warning for DATA_DIR: the container image sets it for either store.
        var (other, itsSettings) = engine switch
        {
            StoreEngine.Etcd => ("STORE=embedded", (string[])["HISTORY_REVISIONS"]),
            StoreEngine.Embedded => (
                "STORE=etcd",
                [
                    "ETCD_ENDPOINTS", "ETCD_CA_FILE", "ETCD_CERT_FILE", "ETCD_KEY_FILE", "ETCD_USERNAME",
                    "ETCD_PASSWORD", "ETCD_QUOTA_BACKEND_BYTES", "NEAR_CACHE_BYTES", "MAX_PAST_REVISIONS",
                ]),
        };
        settings.WarnWithoutEffect(other, itsSettings);
        var timeout = settings.Seconds("STORE_TIMEOUT_SECONDS", standard.Etcd.Timeout, 1, 60);
        return new StoreOptions
        {
            Engine = engine,
            BaseKeyPrefix = settings.Text(
                "BASE_KEY_PREFIX", standard.BaseKeyPrefix,
                text => !text.StartsWith('/') && !text.EndsWith('/') && !Text.HasControlCharacter(text),
                "a path without '/' at its ends and without control characters"),
            Etcd = EtcdSettings.Read(settings) with
            {
                Timeout = timeout,
                NearCacheBytes = settings.Number("NEAR_CACHE_BYTES", standard.Etcd.NearCacheBytes, 0, 1L << 40),
                MaxPastRevisions = settings.Number(
                    "MAX_PAST_REVISIONS", standard.Etcd.MaxPastRevisions, 1_000, 100_000_000),
            },
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
