namespace Kv.Api.Tests.Fuzz;

/// <summary>Values that broken or hostile clients send.</summary>
internal static class OddValues
{
    /// <summary>Keys and ids as they stand in a path.</summary>
    public static readonly string[] InPaths =
    [
        "a", "b", "user%3A42", "a%2Fb", "a/b", "%20", "%09", "%0A", "%00", "%ZZ", "%", "%C3", "%C3%A9", "%F0%9F%98%80",
        "%ED%A0%80", "..",
        "%2e%2e", "../kv/a", "a*", "*", "%2A", "", "/", "//", "a?b", "a;b", "a%3Fb", "-1", "0",
        "7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b",
        "7F0C6F0E-3F0A-4F43-9F0B-0D1F6F1D2C3B", "msg_7f0c6f0e3f0a4f439f0b0d1f6f1d2c3b_42_0123456789abcdef", "msg_",
        "0123456789abcdef",
        new('k', 100), new('k', 101), new('k', 5000),
    ];

    /// <summary>Values of query parameters and headers.</summary>
    public static readonly string[] Texts =
    [
        "", "1", "0", "-1", "2", "1000", "1001", "00", "+1", "1.5", "1e3", "9223372036854775807", "9223372036854775808",
        "-9223372036854775809", "NaN", "true", "false", "True", "null", "a", "user", "*", "\"\"", "\"1\"", "W/\"1\"",
        "\"1\",\"2\"", "\"1",
        "1,2", "%20", "%00", "%C3%A9", "%ZZ", "overwrite", "skip", "fail", "all", "meta", "key", "pending", "failed",
        "serializable",
        "linearizable", "2026-01-01", "9999-12-31T23:59:59Z", "2026-13-01", "AAAA", new('a', 300), "e\u0301",
    ];

    public static readonly string[] ContentTypes =
    [
        "application/json", "application/json; charset=utf-8", "application/json;charset=", "application/json;x=",
        "application/json;;=",
        "application/json; charset=utf-16", "application/json; charset=utf-7", "application/json; charset=\"utf-8\"",
        "application/x+json",
        "application/merge-patch+json", "application/x-ndjson", "text/plain", "text/plain;charset=", "text/json",
        "image/png", "json", "/", "",
        "*/*", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "application/octet-stream",
        new('a', 300),
    ];

    /// <summary>Header lines that any call may get.</summary>
    public static readonly string[] HeaderLines =
    [
        "Accept: */*", "Accept: application/json;q=0", "Accept: text/*;q=0.5, image/png", "Accept: ;q=",
        "Accept: a/b;q=2", "Accept: text/event-stream",
        "Accept-Encoding: gzip, br", "Content-Encoding: gzip", "Content-Range: bytes 0-1/2", "Range: bytes=0-1",
        "Expect: 100-continue", "Expect: x",
        "Cookie: a=b", "Origin: http://other.example",
        "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "traceparent: x",
        "X-Forwarded-For: 1.2.3.4", "X-Forwarded-Host: other.example", "X-HTTP-Method-Override: DELETE",
        "Idempotency-Key: a", "Idempotency-Key: ",
        "If-Match: \"1\"", "If-Match: *", "If-Match: ", "If-None-Match: *", "If-None-Match: \"0\"",
        "If-None-Match: W/\"1\", \"2\"", "KV-TTL: 60",
        "KV-TTL: -1", "KV-TTL: x", "KV-Consistency: x", "KV-Min-Revision: 1", "Last-Event-ID: 1", "Last-Event-ID: x",
        "KV-Namespace: other",
        "KV-App-Name: a/b", "KV-App-Name: ", "KV-Namespace: *", "X-API-Key: x", "Authorization: Basic eDp5",
        "Upgrade: h2c", "Transfer-Encoding: gzip",
        "webhook-id: msg_7f0c6f0e3f0a4f439f0b0d1f6f1d2c3b_42_0123456789abcdef", "webhook-id: x", "X-Odd: \u00e9\u00ff",
        $"Accept: {Long("a/b,")}", $"Content-Type: text/plain{Long(";a=b")}", $"If-Match: {Long("\"1\",")}",
        $"If-None-Match: {Long("\"1\",")}",
    ];

    /// <summary>JSON, as text, that takes the place of a part of a body.</summary>
    public static readonly string[] Json =
    [
        "null", "true", "0", "-1", "1", "60", "31536000", "31536001", "9223372036854775807", "9223372036854775808",
        "1e400", "-0", "1.5", "\"\"", "\"a\"",
        "\"*\"", "\"a*\"", "\"get\"", "\"set\"", "\"delete\"", "\"create\"", "\"expire\"", "\"base64\"", "\"!\"",
        "\"\\ud800\"", "\"\\u0000\"", "\"\\udc00\\ud800\"",
        "\"e\\u0301\"", "\"http://127.0.0.1:9/\"", "\"http://[::1]:9/\"", "\"http://\\u00ad/\"", "\"http://xn--/\"",
        "\"http://a\\u200d.b/\"", "\"http://\\ud83d\\ude00/\"",
        "\"http://\\uff0e/\"", "\"https://user:pw@127.0.0.1:9/\"", "\"ftp://a\"", "\"http://\"", "\"http://a:99999/\"",
        "\"********\"",
        "\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"", "\"whsec_\"", "{}", "[]", "[null]", "[[]]", "{\"a\":1}",
        "{\"\":{}}", "{\"a\":1,\"a\":2}", "{\"\\ud800\":1}",
        "{\"a\":\"\\ud800\"}", $"\"{new string('v', 3000)}\"", $"{new string('[', 100)}{new string(']', 100)}",
        new('[', 3000),
    ];

    /// <summary>A name that no body has.</summary>
    public static readonly string[] Members =
        ["", "key", "KEY", "value", "ttl", "__proto__", "\u0000", "e\u0301", "op", "exists", "etag", "encoding"];

    private static string Long(string part) => string.Concat(Enumerable.Repeat(part, 7_000));
}
