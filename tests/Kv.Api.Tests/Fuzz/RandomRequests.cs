using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Fuzz;

/// <summary>
/// Makes requests of the existing calls, each more or less damaged: in its target, its headers, its body or its bytes.
/// The same seed and number make the same request.
/// </summary>
/// <param name="calls">The calls.</param>
/// <param name="tenant">The tenant of the requests; most requests have its credential.</param>
/// <param name="seed">The seed.</param>
internal sealed class RandomRequests(ApiCall[] calls, KvClient tenant, int seed)
{
    private static readonly string[] Methods =
        ["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE", "delete", "Get", "BREW"];

    private static readonly string[] Charsets = ["", "utf-16", "utf-16BE", "utf-32", "iso-8859-1"];

    /// <summary>One request's bytes.</summary>
    public byte[] Make(int number)
    {
        var random = new Random(HashOf(seed, number));
        var call = random.Pick(calls);
        var (body, contentType) = Body(random, call);
        var head = new StringBuilder();
        head.Append(random.OneIn(30) ? random.Pick(Methods) : call.Method).Append(' ');
        head.Append(Target(random, call)).Append(random.OneIn(100) ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
        if (!random.OneIn(200))
            head.Append("Host: localhost\r\n");
        head.Append("Connection: close\r\n");
        if (!random.OneIn(30))
            head.Append(
                CultureInfo.InvariantCulture, $"KV-Namespace: {tenant.Namespace}\r\nKV-App-Name: {tenant.AppName}\r\n");
        if (!random.OneIn(30))
            head.Append(CultureInfo.InvariantCulture, $"Authorization: Bearer {tenant.Credential}\r\n");
        foreach (var header in call.Headers.Where(_ => random.OneIn(3)))
            head.Append(CultureInfo.InvariantCulture, $"{header}: {random.Pick(OddValues.Texts)}\r\n");
        while (random.OneIn(3))
            head.Append(random.Pick(OddValues.HeaderLines)).Append("\r\n");
        if (contentType is not null)
            head.Append(CultureInfo.InvariantCulture, $"Content-Type: {contentType}\r\n");
        var isChunked = random.OneIn(10);
        if (isChunked)
            head.Append("Transfer-Encoding: chunked\r\n");
        else if (body.Length > 0 || random.OneIn(10))
            head.Append(
                CultureInfo.InvariantCulture,
                $"Content-Length: {body.Length + (random.OneIn(100) ? random.Next(-1, 2) : 0)}\r\n");
        head.Append("\r\n");
        byte[] request = [.. Encoding.Latin1.GetBytes(head.ToString()), .. isChunked ? Chunked(random, body) : body];
        return random.OneIn(15) ? Spoil(random, request) : request;
    }

    /// <summary>The target of a request that reads.</summary>
    public string Target(int number)
    {
        var random = new Random(HashOf(seed, number));
        return Target(random, random.Pick([.. calls.Where(call => call.Method == "GET")]));
    }

    private static string Target(Random random, ApiCall call)
    {
        var path = call.Path;
        while (path.IndexOf('{', StringComparison.Ordinal) is >= 0 and var start)
            path = path[..start] + random.Pick(OddValues.InPaths) + path[(path.IndexOf('}', start) + 1)..];
        var query = call.Query.Where(_ => random.OneIn(2))
            .Concat(random.OneIn(10) ? [random.Pick("x", "raw", "prefix", "", "%", "wait")] : [])
            .Select(name => random.OneIn(20) ? name : $"{name}={random.Pick(OddValues.Texts)}").ToList();
        if (random.OneIn(20) && query.Count > 0)
            query.Add(query[0]);
        // A call with a wait waits for a second.
        var target = query.Count == 0
            ? path
            : $"{path}?{string.Join('&', query).Replace("wait=1000", "wait=1", StringComparison.Ordinal)}";
        return random.Next(100) switch
        {
            0 => $"http://localhost{target}",
            1 => $"http://host?{target}",
            2 => "*",
            3 => $"/x/..{target}",
            4 => target.ToUpperInvariant(),
            _ => target.Replace("\u0301", "%CC%81", StringComparison.Ordinal)
                .Replace(" ", "%20", StringComparison.Ordinal),
        };
    }

    private (byte[] Body, string? ContentType) Body(Random random, ApiCall call)
    {
        if (call.Body is null && !random.OneIn(20))
            return ([], null);
        var example = (random.OneIn(20) ? random.Pick(calls).Body : call.Body)?.DeepClone() ?? JsonValue.Create("a");
        // An example of lines is a text.
        var text = example.GetValueKind() == System.Text.Json.JsonValueKind.String && random.OneIn(2)
            ? example.GetValue<string>()
            : Json(random, example);
        if (random.OneIn(20))
            text = text[..random.Next(text.Length)];
        if (random.OneIn(50))
            text = "\ufeff" + text;
        var contentType = call.ContentTypes.Length > 0 && !random.OneIn(8)
            ? random.Pick(call.ContentTypes)
            : random.Pick(OddValues.ContentTypes);
        if (!random.OneIn(20))
            return (Encoding.UTF8.GetBytes(text), contentType);
        var charset = random.Pick(Charsets);
        var bytes = charset.Length == 0 ? Encoding.UTF8.GetBytes(text) : Encoding.GetEncoding(charset).GetBytes(text);
        return (random.OneIn(2) ? bytes : bytes[..^Math.Min(1, bytes.Length)], $"{contentType}; charset={charset}");
    }

    // The example, with parts of it replaced.
    private static string Json(Random random, JsonNode node)
    {
        if (random.OneIn(12))
            return random.Pick(OddValues.Json);
        switch (node)
        {
            case JsonObject members:
                var parts = members
                    .Where(_ => !random.OneIn(6))
                    .Select(member => $"{JsonValue.Create(member.Key).ToJsonString()}:{Json(random, member.Value ?? JsonValue.Create("a"))}").ToList();
                if (random.OneIn(10))
                    parts.Add($"{JsonValue.Create(random.Pick(OddValues.Members)).ToJsonString()}:{random.Pick(OddValues.Json)}");
                return $"{{{string.Join(',', parts)}}}";
            case JsonArray items:
                return $"[{string.Join(',', items.SelectMany(item => Enumerable.Repeat(item, random.Next(3))).Select(item => Json(random, item ?? JsonValue.Create("a"))))}]";
            default:
                return node.ToJsonString();
        }
    }

    private static byte[] Chunked(Random random, byte[] body)
    {
        using var chunked = new MemoryStream();
        for (var start = 0; start < body.Length;)
        {
            var length = Math.Min(random.Next(1, 200), body.Length - start);
            chunked.Write(Encoding.ASCII.GetBytes(length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"));
            chunked.Write(body, start, length);
            chunked.Write("\r\n"u8);
            start += length;
        }
        chunked.Write("0\r\n\r\n"u8);
        return chunked.ToArray();
    }

    private static byte[] Spoil(Random random, byte[] request)
    {
        var bytes = request.ToList();
        for (var times = random.Next(1, 4); times > 0 && bytes.Count > 1; times--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(3))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveAt(at);
                    break;
                default:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
            }
        }
        return [.. bytes];
    }

    // HashCode is another in each process.
    private static int HashOf(int seed, int number) => unchecked((seed * 397) ^ (number * (int)2654435761));
}

internal static class RandomChoices
{
    public static T Pick<T>(this Random random, params T[] values) => values[random.Next(values.Length)];

    public static bool OneIn(this Random random, int number) => random.Next(number) == 0;
}
