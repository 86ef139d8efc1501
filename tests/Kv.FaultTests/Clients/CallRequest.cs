using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Kv.FaultTests.Deployments;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Clients;

/// <summary>A call before it is sent: its record in the history, and its request.</summary>
/// <param name="Kind">The kind of call.</param>
/// <param name="Method">The method.</param>
/// <param name="Path">The path with its query.</param>
internal sealed record CallRequest(CallKind Kind, HttpMethod Method, string Path)
{
    public IReadOnlyList<KeyOperation> Operations { get; init; } = [];

    public IReadOnlyList<KeyOperation>? Otherwise { get; init; }

    public IReadOnlyList<KeyCondition> Conditions { get; init; } = [];

    public string? Prefix { get; init; }

    public long? Listing { get; init; }

    public bool IsLaterPage { get; init; }

    public int? Limit { get; init; }

    public string? IdempotencyKey { get; init; }

    public bool IsSerializable { get; init; }

    public long? MinRevision { get; init; }

    public long? AtRevision { get; init; }

    public int? WaitSeconds { get; init; }

    public bool IsRaw { get; init; }

    public long? Before { get; init; }

    public bool SkipsExisting { get; init; }

    /// <summary>The body; null for none.</summary>
    public string? Body { get; init; }

    public string ContentType { get; init; } = "application/json";

    /// <summary>Whether it changes nothing.</summary>
    public bool IsRead => Method == HttpMethod.Get || Method == HttpMethod.Head;

    /// <summary>The request, as it is sent.</summary>
    public HttpRequestMessage ToHttp(Uri address, string tenant)
    {
        var request = new HttpRequestMessage(Method, new Uri(address, Path));
        // A request with a body, be it an empty one, is never sent again by .NET's client when a connection breaks:
        // what happened once would happen twice without a trace.
        if (!IsRead)
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Body ?? ""));
        if (Body is not null)
            request.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(ContentType);
        var parts = tenant.Split('/');
        request.Headers.Add(KvSettings.NamespaceHeader, parts[0]);
        request.Headers.Add(KvSettings.AppHeader, parts[1]);
        // The conditions of a transaction are in its body.
        if (Kind != CallKind.Transaction && Conditions is [var condition])
            Add(request, condition);
        if (IdempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", IdempotencyKey);
        if (IsSerializable)
            request.Headers.Add("KV-Consistency", "serializable");
        if (MinRevision is { } revision)
            request.Headers.Add("KV-Min-Revision", revision.ToString(CultureInfo.InvariantCulture));
        return request;
    }

    private static void Add(HttpRequestMessage request, KeyCondition condition)
    {
        var (name, value) = condition.Kind switch
        {
            ConditionKind.Absent => ("If-None-Match", "*"),
            ConditionKind.Exists => ("If-Match", "*"),
            ConditionKind.WrittenAt => ("If-Match", Tag(condition)),
            ConditionKind.NotWrittenAt => ("If-None-Match", Tag(condition)),
            _ => throw new InvalidOperationException($"No header says {condition.Kind}."),
        };
        request.Headers.Add(name, value);
    }

    private static string Tag(KeyCondition condition) =>
        string.Create(CultureInfo.InvariantCulture, $"\"{condition.Revision}\"");
}
