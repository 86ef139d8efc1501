using Kv.Api.Audit;

namespace Kv.Api.Configuration;

/// <summary>The settings of who is told to have changed what.</summary>
internal static class AuditSettings
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    public static AuditOptions Read(Settings settings) => new()
    {
        Mode = settings.Text("AUDIT", "off", text => text is "off" or "log" or "store", "off, log or store") switch
        {
            "log" => AuditMode.Log,
            "store" => AuditMode.Store,
            _ => AuditMode.Off,
        },
        Retention = ReadRetention(settings) ?? new AuditOptions().Retention,
    };

    private static TimeSpan? ReadRetention(Settings settings)
    {
        if (settings.Text("AUDIT_RETENTION") is not { } text)
            return null;
        if (Durations.TryParse(text, Longest) is { } time && time >= Shortest)
            return time;
        settings.Refuse("AUDIT_RETENTION", text, "a time of 1s to 3650d, as in '90s', '12h' or '30d'");
        return null;
    }
}
