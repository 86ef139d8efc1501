using Kv.Domain.Deliveries;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Deliveries;

namespace Kv.Api.Configuration;

/// <summary>The settings of how webhooks are called.</summary>
internal static class DeliverySettings
{
    private const int MaxDelays = 50;

    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(7);
    private static readonly TimeSpan LongestDisableAfter = TimeSpan.FromDays(365);

    public static DeliveryOptions Read(Settings settings)
    {
        var standard = new DeliveryOptions();
        return new DeliveryOptions
        {
            DefaultTimeout = TimeSpan.FromSeconds(settings.Number(
                "DEFAULT_WEBHOOK_TIMEOUT_SECONDS", (long)standard.DefaultTimeout.TotalSeconds, 1, WebhookSettings.MaxTimeoutSeconds)),
            UserAgent = settings.Text(
                "WEBHOOK_USER_AGENT", standard.UserAgent,
                text => WebhookSettings.IsHeaderValue(text) && text.Trim().Length > 0,
                "the value of a header (printable ASCII)"),
            Targets = ReadTargets(settings),
            RetrySchedule = ReadRetrySchedule(settings) ?? standard.RetrySchedule,
            DisableAfter = ReadDisableAfter(settings) ?? standard.DisableAfter,
        };
    }

    private static TargetOptions ReadTargets(Settings settings)
    {
        var mode = settings.Text("WEBHOOK_TARGETS", "private", text => text is "private" or "public", "private or public");
        return new TargetOptions
        {
            Mode = mode == "public" ? TargetMode.Public : TargetMode.Private,
            Allow = settings.Networks("WEBHOOK_TARGETS_ALLOW"),
            Deny = settings.Networks("WEBHOOK_TARGETS_DENY"),
        };
    }

    private static RetrySchedule? ReadRetrySchedule(Settings settings) => settings.List(
        "WEBHOOK_RETRY_SCHEDULE", text => Durations.TryParse(text, LongestDelay), MaxDelays,
        $"1 to {MaxDelays} times of 1ms to 7d, comma-separated, as in '500ms,5s,2m,10h,1d'") is { } delays
            ? new RetrySchedule(delays)
            : null;

    private static TimeSpan? ReadDisableAfter(Settings settings)
    {
        if (settings.Text("WEBHOOK_DISABLE_AFTER") is not { } text)
            return null;
        var time = Durations.TryParse(text, LongestDisableAfter);
        if (time is null)
            settings.Refuse("WEBHOOK_DISABLE_AFTER", text, "a time of 1ms to 365d, as in '500ms', '5s', '2m', '10h' or '5d'");
        return time;
    }
}
