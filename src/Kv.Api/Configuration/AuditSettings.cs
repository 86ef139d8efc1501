using Kv.Application.Audit;

namespace Kv.Api.Configuration;

/// <summary>The settings of the audit.</summary>
internal static class AuditSettings
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    public static AuditOptions Read(Settings settings)
    {
        var standard = new AuditOptions();
        var mode = settings.OneOf(
            "AUDIT", standard.Mode, ("off", AuditMode.Off), ("log", AuditMode.Log), ("store", AuditMode.Store));
        var retention = settings.Time(
            "AUDIT_RETENTION", Shortest, Longest, "a time of 1s to 3650d, as in '90s', '12h' or '30d'");
        // An operator who sets a retention expects records to be kept.
        if (retention is not null && mode != AuditMode.Store)
            settings.Refuse("AUDIT_RETENTION", settings.Text("AUDIT_RETENTION")!, "absent unless AUDIT=store");
        return new AuditOptions { Mode = mode, Retention = retention ?? standard.Retention };
    }
}
