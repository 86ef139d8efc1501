using System.Globalization;
using System.Text.Json;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Clients;

/// <summary>Reads the answers of Kv.</summary>
internal static class AnswerReader
{
    /// <summary>Reads an answer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="response">Its status and headers.</param>
    /// <param name="body">Its body.</param>
    public static Answer Read(CallRequest request, HttpResponseMessage response, string body)
    {
        var answer = new Answer
        {
            Status = (int)response.StatusCode,
            Revision = Number(Header(response, "KV-Revision")),
            ETag = Number(Header(response, "ETag")?.Trim('"')),
            IsOutcomeUnknown = Header(response, "KV-Outcome") == "unknown",
            IsReplayed = Header(response, "Idempotency-Replayed") == "true",
            Count = Number(Header(response, "KV-Count")),
        };
        if (response.Content.Headers.ContentType?.MediaType == "application/problem+json")
            // An answer to HEAD has the headers of a body, and none.
            return request.Method == HttpMethod.Head ? answer with { IsProblem = true } : ReadProblem(answer, body);
        return answer.Status is 200 or 201 && body.Length > 0 ? ReadBody(answer, request, body) : answer;
    }

    private static Answer ReadProblem(Answer answer, string body)
    {
        using var json = JsonDocument.Parse(body);
        var problem = json.RootElement;
        return answer with
        {
            IsProblem = problem.TryGetProperty("status", out var status) && status.GetInt32() == answer.Status,
            Error = Text(problem, "error"),
            TraceId = Text(problem, "traceId"),
            OldestRevision = Long(problem, "oldest_revision"),
            // For a refused transaction, the state of the keys that it compares.
            Keys = problem.TryGetProperty("found", out var found)
                ? [.. found.EnumerateArray()
                    .Select(key => new KeyAnswer(Text(key, "key")!, answer.Status, ETag: Long(key, "etag")))]
                : [],
        };
    }

    private static Answer ReadBody(Answer answer, CallRequest request, string body)
    {
        switch (request.Kind)
        {
            case CallKind.Export:
                return answer with { Keys = [.. Lines(body).Select(line => Key(line.RootElement, 200))] };
            case CallKind.Import:
                var last = Lines(body).Last().RootElement;
                // An import that did not complete may have been applied in part.
                return answer with
                {
                    IsOutcomeUnknown = !(last.TryGetProperty("done", out var done)
                    && done.ValueKind == JsonValueKind.True)
                };
        }
        if (request.IsRaw)
            return answer with { Keys = [new KeyAnswer(request.Operations[0].Key, 200, body, answer.ETag)] };
        using var json = JsonDocument.Parse(body);
        var root = json.RootElement;
        return request.Kind switch
        {
            CallKind.Prefix => answer with { Keys = Keys(root) },
            CallKind.Page => answer with
            {
                Keys = Keys(root.GetProperty("items")),
                HasMore = root.GetProperty("cursor").ValueKind == JsonValueKind.String,
            },
            CallKind.Bulk => answer with { Keys = Results(root) },
            CallKind.Transaction => answer with
            {
                Keys = Results(root),
                Succeeded = root.GetProperty("succeeded").GetBoolean(),
            },
            CallKind.History => answer with
            {
                OldestRevision = Long(root, "oldest_revision"),
                Before = Long(root, "cursor"),
                Events = [.. root.GetProperty("items").EnumerateArray().Select(Event)],
            },
            CallKind.Other => answer,
            _ => answer with { Keys = [Key(root, 200) with { ETag = answer.ETag }] },
        };
    }

    private static IEnumerable<JsonDocument> Lines(string body) =>
        body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line));

    private static List<KeyAnswer> Keys(JsonElement items) =>
        [.. items.EnumerateArray().Select(item => Key(item, 200))];

    private static List<KeyAnswer> Results(JsonElement root) => [.. root.GetProperty("results").EnumerateArray().Select(
        result => Key(
            result,
            result.GetProperty("status").GetInt32()) with { IsOutcomeUnknown = Text(result, "outcome") == "unknown" })];

    private static KeyAnswer Key(JsonElement key, int status) => new(
        Text(key, "key")!, status, Text(key, "value"), Long(key, "etag"), Long(key, "expire_at"), Long(key, "ttl"));

    private static HistoryEntry Event(JsonElement item) => new(
        item.GetProperty("revision").GetInt64(), Text(item, "event")!, Text(item, "reason"), Text(item, "value"),
        Long(item, "expire_at"));

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.Single() : null;

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    // Revisions of keys are text: an entity tag without its quotes.
    private static long? Long(JsonElement parent, string name) =>
        !parent.TryGetProperty(name, out var value) ? null : value.ValueKind switch
        {
            JsonValueKind.Number => value.GetInt64(),
            JsonValueKind.String => Number(value.GetString()),
            _ => null,
        };

    private static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
