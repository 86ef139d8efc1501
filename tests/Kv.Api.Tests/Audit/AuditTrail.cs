using System.Text.Json;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Audit;

/// <summary>Reads the stored audit records.</summary>
internal static class AuditTrail
{
    /// <summary>All records of a client's tenant, oldest first, page by page.</summary>
    public static async Task<JsonElement[]> Trail(this KvClient kv, int limit = 1000, string? query = null)
    {
        var records = new List<JsonElement>();
        for (string? cursor = ""; cursor is not null;)
        {
            var answer = await kv.Send(
                HttpMethod.Get,
                $"/admin/audit?{query ?? $"namespace={kv.Namespace}&app={kv.AppName}"}&limit={limit}"
                    + (cursor.Length > 0 ? $"&cursor={cursor}" : ""));
            Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
            var page = answer.Json.GetProperty("items").EnumerateArray().ToArray();
            Assert.That(page, Has.Length.LessThanOrEqualTo(limit));
            records.AddRange(page);
            cursor = answer.Json.GetProperty("cursor").GetString();
        }
        Assert.That(
            records.Select(record => record.GetProperty("id").GetString()),
            Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal).And.Unique);
        return [.. records];
    }

    /// <summary>The records of the deployment's API keys.</summary>
    public static Task<JsonElement[]> DeploymentTrail(this KvClient kv) => kv.Trail(query: "");

    /// <summary>The changes in the records: <c>set a, delete b</c>.</summary>
    public static string[] Changes(this JsonElement[] records) =>
    [
        .. records.Select(record => string.Join(", ", record.GetProperty("changes").EnumerateArray()
            .Select(
                change =>
                    $"{change.GetProperty("operation").GetString()} {change.GetProperty("target").GetString()}"))),
    ];
}
