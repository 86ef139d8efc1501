using Kv.Api.Access;
using Kv.Api.Tenants;
using Kv.Domain.Deliveries;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Deliveries;
using Kv.Infrastructure.Deliveries.Targets;

namespace Kv.Api.Configuration;

/// <summary>The settings of webhook deliveries.</summary>
internal static class DeliverySettings
{
    private const int MaxDelays = 50;

    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(7);
    private static readonly TimeSpan LongestDisableAfter = TimeSpan.FromDays(365);

    public static DeliveryOptions Read(Settings settings, TenantOptions tenants, AccessOptions access)
    {
        var standard = new DeliveryOptions();
        return new DeliveryOptions
        {
            DefaultTimeout = settings.Seconds(
                "DEFAULT_WEBHOOK_TIMEOUT_SECONDS", standard.DefaultTimeout, 1, WebhookSettings.MaxTimeoutSeconds),
            UserAgent = settings.Text(
                "WEBHOOK_USER_AGENT", standard.UserAgent,
                text => WebhookSettings.IsHeaderValue(text) && text.Trim().Length > 0,
                "the value of a header (printable ASCII)"),
            Headers = ReadHeaders(settings, tenants, access),
            Targets = ReadTargets(settings, access),
            CaFile = settings.Authorities("WEBHOOK_CA_FILE"),
            ReloadInterval = settings.ReloadInterval(),
            RetrySchedule = ReadRetrySchedule(settings) ?? standard.RetrySchedule,
            DisableAfter = settings.Time(
                "WEBHOOK_DISABLE_AFTER", TimeSpan.Zero, LongestDisableAfter,
                "a time of 1ms to 365d, as in '500ms', '5s', '2m', '10h' or '5d'") ?? standard.DisableAfter,
            BacklogDeliveries = settings.Number(
                "WEBHOOK_BACKLOG_DELIVERIES", standard.BacklogDeliveries, 1, 10_000_000),
            BacklogBytes = settings.Number("WEBHOOK_BACKLOG_BYTES", standard.BacklogBytes, 0, 1L << 40),
        };
    }

    private static HeaderPolicy ReadHeaders(Settings settings, TenantOptions tenants, AccessOptions access)
    {
        var isOpen = access.Mode == AccessMode.None;
        var areShown = settings.OneOf(
            "WEBHOOK_HEADERS", isOpen, ("shown", true), ("masked", false));
        string[] ofTenants = [tenants.NamespaceHeader, tenants.AppNameHeader];
        // Without authentication, X-API-Key is an ordinary header of receivers.
        return new HeaderPolicy(isOpen ? ofTenants : [.. ofTenants, Credentials.ApiKeyHeader])
        {
            AreShown = areShown,
        };
    }

    private static TargetOptions ReadTargets(Settings settings, AccessOptions access)
    {
        // With authentication, callers are not trusted to reach private addresses by default.
        var fallback = access.Mode == AccessMode.None ? TargetMode.Private : TargetMode.Public;
        var mode = settings.OneOf(
            "WEBHOOK_TARGETS", fallback, ("private", TargetMode.Private), ("public", TargetMode.Public));
        if (mode == TargetMode.Private)
            settings.WarnWithoutEffect("WEBHOOK_TARGETS=public", "WEBHOOK_TARGETS_ALLOW");
        return new TargetOptions
        {
            Mode = mode,
            Allow = settings.Networks("WEBHOOK_TARGETS_ALLOW"),
            Deny = settings.Networks("WEBHOOK_TARGETS_DENY"),
        };
    }

    private static RetrySchedule? ReadRetrySchedule(Settings settings) => settings.List(
        "WEBHOOK_RETRY_SCHEDULE", text => Durations.TryParse(text, LongestDelay), MaxDelays,
        $"1 to {MaxDelays} times of 1ms to 7d, comma-separated, as in '500ms,5s,2m,10h,1d'") is { } delays
            ? new RetrySchedule(delays)
            : null;
}
