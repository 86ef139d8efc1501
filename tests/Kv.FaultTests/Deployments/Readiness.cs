using System.Text.Json;

namespace Kv.FaultTests.Deployments;

/// <summary>The content of <c>/readyz</c> of a replica.</summary>
/// <param name="IsReady">Whether it can serve requests.</param>
/// <param name="IsLeading">Whether it calls webhooks.</param>
/// <param name="SettledRevision">
/// For the leader: the revision up to which every delivery is made, or stored for another attempt.
/// </param>
/// <param name="Waiting">For the leader: how many deliveries wait in its memory.</param>
internal sealed record Readiness(bool IsReady, bool IsLeading, long SettledRevision, long Waiting)
{
    public static Readiness Of(bool isReady, string body)
    {
        using var json = JsonDocument.Parse(body);
        var checks = json.RootElement.GetProperty("checks");
        return new Readiness(
            isReady,
            Data(checks, "watcher", "leading") is { ValueKind: JsonValueKind.True },
            Number(checks, "watcher", "settledRevision"),
            Number(checks, "deliveries", "waiting"));
    }

    private static long Number(JsonElement checks, string check, string name) =>
        Data(checks, check, name) is { ValueKind: JsonValueKind.Number } number ? number.GetInt64() : 0;

    private static JsonElement? Data(JsonElement checks, string check, string name) =>
        checks.TryGetProperty(check, out var seen) && seen.TryGetProperty("data", out var data)
            && data.TryGetProperty(name, out var value)
            ? value
            : null;
}
