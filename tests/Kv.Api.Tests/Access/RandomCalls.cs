using System.Text;
using System.Text.Json;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Access;

/// <summary>Makes random calls of every kind; the same seed makes the same calls.</summary>
/// <param name="random">Seeded.</param>
/// <param name="tenants">The tenants that a call may name: the caller's own and foreign ones.</param>
/// <param name="keys">Keys inside and outside of the caller's grants.</param>
/// <param name="ids">Ids of webhooks.</param>
internal sealed class RandomCalls(
    Random random, (string? Namespace, string? AppName)[] tenants, string[] keys, string[] ids)
{
    private const string Value = "overwritten";

    private static readonly string[] Methods = ["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE"];
    private static readonly string[] Operations = ["get", "set", "delete"];
    private static readonly string[] Modes = ["overwrite", "skip", "fail"];
    private static readonly string[] Events = ["create", "update", "delete", "expire", "*"];

    public (string? Namespace, string? AppName, string Method, string Path, HttpContent? Body,
        (string, string)[] Headers) Next()
    {
        // The halves of two tenants make a third.
        var (space, app) = (Pick(tenants).Namespace, Pick(tenants).AppName);
        var key = Pick(keys);
        var headers = new List<(string, string)>();
        if (random.Next(8) == 0)
            headers.Add(("If-Match", Pick("*", "\"1\"")));
        if (random.Next(8) == 0)
            headers.Add(("Idempotency-Key", Pick("a", "b", "c")));
        if (random.Next(8) == 0)
            headers.Add(("KV-Consistency", "serializable"));
        var (method, path, body) = random.Next(12) switch
        {
            0 => ("POST", "/kv", Json(new { key, value = Value })),
            1 => ("PUT", Path("/kv/", key), Json(new { value = Value })),
            2 => ("PUT", Path("/kv/", key), KvClient.Bytes(Encoding.UTF8.GetBytes(Value), "text/plain")),
            3 =>
                (Pick(Methods), Path(
                    Pick("/kv/", "/history/", "/webhooks/"), random.Next(3) == 0 ? $"{Prefix(key)}*" : key), Json(
                        new { ttl = 100 })),
            4 => (Pick("GET", "HEAD"), $"/kv?{Query(key)}", null),
            5 => ("GET", $"/export?{Query(key)}", null),
            6 => ("POST", "/bulk", Json(Many().ToArray())),
            7 => ("POST", "/txn", Json(new
            {
                compare = Enumerable.Range(0, random.Next(3))
                    .Select(_ => new { key = Pick(keys), exists = random.Next(2) == 0 }),
                success = Many(),
                failure = Many(),
            })),
            8 => ("POST", $"/import?mode={Pick(Modes)}", KvClient.Bytes(
                Encoding.UTF8.GetBytes(
                    string.Join(
                        '\n', Enumerable.Range(0, 4)
                            .Select(_ => JsonSerializer.Serialize(new { key = Pick(keys), value = Value })))),
                "application/x-ndjson")),
            9 => ("POST", "/webhooks", Json(new
            {
                key = random.Next(2) == 0 ? key : $"{Prefix(key)}*",
                @event = Pick(Events),
                endpoint = "http://127.0.0.1:9/",
            })),
            10 =>
                (Pick("GET", "PUT", "DELETE"), $"/webhooks/{Pick(ids)}", Json(
                    new { endpoint = "http://127.0.0.1:9/stolen" })),
            _ => Pick(
                ("POST", $"/webhooks/{Pick(ids)}/rotate-secret", null),
                ("POST", $"/webhooks/{Pick(ids)}/replay", Json(new { since = 1 })),
                ("POST", $"/webhooks/{Pick(ids)}/redeliver-failed", null),
                ("GET", $"/webhooks/{Pick(ids)}/deliveries", null),
                ("GET", $"/webhooks/{Pick(ids)}/explain?key={Uri.EscapeDataString(key)}", null),
                ("GET", "/webhooks", null), ("GET", "/admin/apikeys", null),
                ("POST", "/admin/apikeys", Json(new { admin = true }))),
        };
        return (space, app, method, path, method is "GET" or "HEAD" ? null : body, [.. headers]);
    }

    private IEnumerable<object> Many() =>
        [.. Enumerable.Range(0, random.Next(4)).Select(object (_) => Pick(Operations) switch
    {
        "set" => new { op = "set", key = Pick(keys), value = Value },
        var op => new { op, key = Pick(keys) },
    })];

    // Percent-encoded by the rules, in part, or twice.
    private string Path(string area, string key) => area + random.Next(4) switch
    {
        0 => Uri.EscapeDataString(Uri.EscapeDataString(key)),
        1 => $"x/../{Uri.EscapeDataString(key)}",
        _ => Uri.EscapeDataString(key),
    };

    private string Query(string key) => string.Join('&', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Pick(
        $"prefix={Uri.EscapeDataString(Prefix(key))}", "limit=1000", "fields=all", "delimiter=%3A", "prefix=",
        "cursor=AAAA")));

    private string Prefix(string key) => key[..random.Next(key.Length + 1)];

    private T Pick<T>(params T[] values) => values[random.Next(values.Length)];

    private static ByteArrayContent Json(object body) => KvClient.Json(JsonSerializer.SerializeToUtf8Bytes(body));
}
