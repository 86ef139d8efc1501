using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Kv.Api.Tests.Hosting;

/// <summary>Calls Kv for one tenant. It sends paths unchanged and repairs nothing in them.</summary>
internal sealed class KvClient(HttpClient http, string? space, string? app)
{
    private static readonly UriCreationOptions AsWritten = new()
    {
        DangerousDisablePathAndQueryCanonicalization = true,
    };

    private readonly Uri? _address;

    /// <summary>A client of one of several Kv, all of which share the HTTP client.</summary>
    public KvClient(HttpClient http, Uri address, string? space, string? app)
        : this(http, space, app) => _address = address;

    /// <summary>An API key or a token, sent as <c>Authorization: Bearer</c>; null for none.</summary>
    public string? Credential { get; init; }

    public string? Namespace => space;

    public string? AppName => app;

    /// <summary>The path of a key, with all in it percent-encoded that can be.</summary>
    public static string PathOf(string key) => $"/kv/{Uri.EscapeDataString(key)}";

    public Task<Answer> Get(string key) => Send(HttpMethod.Get, PathOf(key));

    public Task<Answer> List(string prefix) => Send(HttpMethod.Get, $"{PathOf(prefix)}*");

    public Task<Answer> Delete(string key) => Send(HttpMethod.Delete, PathOf(key));

    public Task<Answer> Post(string key, string value, long? ttl = null) =>
        PostJson(Body(("key", key), ("value", value), ("ttl", ttl)));

    public Task<Answer> Put(string key, string value, long? ttl = null) =>
        PutJson(key, Body(("value", value), ("ttl", ttl)));

    public Task<Answer> PostJson(string json) => Send(HttpMethod.Post, "/kv", json);

    public Task<Answer> PutJson(string key, string json) => Send(HttpMethod.Put, PathOf(key), json);

    /// <summary>Registers a webhook.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> Register(string json)
    {
        var answer = await Send(HttpMethod.Post, "/webhooks", json);
        Assert.That(answer.Status, Is.EqualTo(201), answer.ToString());
        return answer.Json.GetProperty("id").GetString()!;
    }

    public Task<Answer> Send(HttpMethod method, string path, string? json = null) =>
        Send(method, path, json is null ? null : Json(Encoding.UTF8.GetBytes(json)));

    /// <summary>Sends a request with headers of its own.</summary>
    public Task<Answer> With(
        HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers) =>
        Send(method, path, content, headers, CancellationToken.None);

    public Task<Answer> Send(
        HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken = default) =>
        Send(method, path, content, [], cancellationToken);

    private async Task<Answer> Send(
        HttpMethod method, string path, HttpContent? content, (string Name, string Value)[] headers,
        CancellationToken cancellationToken)
    {
        var uri = new Uri((_address ?? http.BaseAddress!).GetLeftPart(UriPartial.Authority) + path, AsWritten);
        using var request = new HttpRequestMessage(method, uri) { Content = content };
        if (space is not null)
            request.Headers.TryAddWithoutValidation("KV-Namespace", space);
        if (app is not null)
            request.Headers.TryAddWithoutValidation("KV-App-Name", app);
        if (Credential is not null)
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {Credential}");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await http.SendAsync(request, cancellationToken);
        return await Answer.Of(response);
    }

    public static ByteArrayContent Bytes(byte[] bytes, string contentType)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return content;
    }

    public static ByteArrayContent Json(byte[] json) =>
        new(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    private static string Body(params (string Name, object? Value)[] members) => JsonSerializer.Serialize(
        members.Where(member => member.Value is not null).ToDictionary(member => member.Name, member => member.Value));
}
