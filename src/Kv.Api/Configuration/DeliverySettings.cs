using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Kv.Domain.Deliveries;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Deliveries;

namespace Kv.Api.Configuration;

/// <summary>The settings of how webhooks are called.</summary>
internal static class DeliverySettings
{
    private const int MaxDelays = 50;

    private static readonly TimeSpan ShortestTime = TimeSpan.FromMilliseconds(1);
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
            Allow = ReadNetworks(settings, "WEBHOOK_TARGETS_ALLOW"),
            Deny = ReadNetworks(settings, "WEBHOOK_TARGETS_DENY"),
        };
    }

    private static IPNetwork[] ReadNetworks(Settings settings, string name) => ReadList(
        settings, name, ToNetwork, int.MaxValue,
        "a comma-separated list of networks or addresses, as in '10.1.0.0/16,fd00::/8,10.2.0.1'") ?? [];

    private static RetrySchedule? ReadRetrySchedule(Settings settings) => ReadList(
        settings, "WEBHOOK_RETRY_SCHEDULE", text => ToTime(text, LongestDelay), MaxDelays,
        $"1 to {MaxDelays} times of 1ms to 7d, comma-separated, as in '500ms,5s,2m,10h,1d'") is { } delays
            ? new RetrySchedule(delays)
            : null;

    private static TimeSpan? ReadDisableAfter(Settings settings)
    {
        if (settings.Text("WEBHOOK_DISABLE_AFTER") is not { } text)
            return null;
        var time = ToTime(text, LongestDisableAfter);
        if (time is null)
            settings.Refuse("WEBHOOK_DISABLE_AFTER", text, "a time of 1ms to 365d, as in '500ms', '5s', '2m', '10h' or '5d'");
        return time;
    }

    // Null when it is absent or refused.
    private static T[]? ReadList<T>(Settings settings, string name, Func<string, T?> read, int max, string allowed)
        where T : struct
    {
        if (settings.Text(name) is not { } text)
            return null;
        var items = text.Split(',', StringSplitOptions.TrimEntries).Select(read).ToArray();
        if (items.Length <= max && items.All(item => item is not null))
            return [.. items.OfType<T>()];
        settings.Refuse(name, text, allowed);
        return null;
    }

    private static IPNetwork? ToNetwork(string text)
    {
        var slash = text.IndexOf('/');
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out var address) || !IsPlain(address, text))
            return null;
        if (slash < 0)
            return new IPNetwork(address, 8 * address.GetAddressBytes().Length);
        return IPNetwork.TryParse(text, out var network) ? network : null;
    }

    // "010.0.0.0" is 8.0.0.0 and "10" is 0.0.0.10 to .NET: whoever writes such a thing means something else. And no
    // address that is compared has a scope.
    private static bool IsPlain(IPAddress address, string text) =>
        address.AddressFamily == AddressFamily.InterNetwork
            ? text.Split('/')[0] == address.ToString()
            : !text.Contains('%');

    /// <summary>A time as settings have it, as in <c>500ms</c>, <c>5s</c>, <c>2m</c>, <c>10h</c> or <c>5d</c>; null when it is none, or too long.</summary>
    internal static TimeSpan? ToTime(string text, TimeSpan longest)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        double? unit = text[digits..] switch
        {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => null,
        };
        if (!int.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || count * unit is not { } milliseconds
            || milliseconds < ShortestTime.TotalMilliseconds || milliseconds > longest.TotalMilliseconds)
            return null;
        return TimeSpan.FromMilliseconds(milliseconds);
    }
}
