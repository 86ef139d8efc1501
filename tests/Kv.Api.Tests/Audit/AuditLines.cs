using System.Text.Json;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Audit;

/// <summary>The audit lines in a program's output.</summary>
internal static class AuditLines
{
    public static JsonElement[] Of(KvProcess kv) => Of(kv.Output);

    public static JsonElement[] Of(string output) =>
    [
        .. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line.StartsWith('{'))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.GetProperty("Category").GetString() == "Kv.Audit")
            .Select(line => line.GetProperty("State")),
    ];

    /// <summary>A member of a line; empty where it is absent.</summary>
    public static string Text(this JsonElement line, string name) => line.GetProperty(name).ToString();

    public static ByteArrayContent Body(string json) => KvClient.Json(System.Text.Encoding.UTF8.GetBytes(json));
}
