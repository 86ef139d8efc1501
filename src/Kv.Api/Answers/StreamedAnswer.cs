using System.Buffers;
using System.Text;
using System.Text.Json;
using Kv.Api.Errors;
using Kv.Api.Json;
using Kv.Domain.Storage;

namespace Kv.Api.Answers;

/// <summary>
/// Streams objects as JSON while they are read. When the store fails during the response, the connection is aborted.
/// </summary>
internal sealed class StreamedAnswer<T>(IAsyncEnumerable<T> items, StreamFrame frame) : IActionResult
{
    public StreamedAnswer(IEnumerable<T> items, StreamFrame frame)
        : this(items.ToAsyncEnumerable(), frame)
    {
    }

    public async Task ExecuteResultAsync(ActionContext context)
    {
        var http = context.HttpContext;
        http.Response.ContentType = frame.ContentType;
        using var body = new AnswerBody(http);
        try
        {
            body.Pipe.Write(frame.Head.Span);
            var isFirst = true;
            await foreach (var item in items.WithCancellation(http.RequestAborted))
            {
                if (!isFirst)
                    body.Pipe.Write(frame.Separator.Span);
                isFirst = false;
                await body.Write(item);
                body.Pipe.Write(frame.After.Span);
                if (frame.IsUrgent)
                    await body.Flush();
            }
            await body.Write(frame.Tail);
        }
        catch (StoreException failure)
        {
            http.RequestServices.GetRequiredService<RequestFailures>().Aborted(http, failure.Message);
            http.Abort();
        }
    }
}

/// <summary>The text around and between the objects of a stream.</summary>
internal sealed record StreamFrame(string ContentType)
{
    private static readonly byte[] NoItems = "[]"u8.ToArray();

    public ReadOnlyMemory<byte> Head { get; private init; }

    public ReadOnlyMemory<byte> Separator { get; private init; }

    public ReadOnlyMemory<byte> After { get; private init; }

    public ReadOnlyMemory<byte> Tail { get; private init; }

    /// <summary>Whether each object is sent immediately, for clients that follow a progress.</summary>
    public bool IsUrgent { get; private init; }

    /// <summary>A JSON array.</summary>
    public static StreamFrame Array { get; } = Split(NoItems, NoItems);

    /// <summary>One object per line.</summary>
    public static StreamFrame Lines { get; } = new(Ndjson.ContentType) { After = "\n"u8.ToArray() };

    /// <summary>One object per line, each sent immediately.</summary>
    public static StreamFrame UrgentLines { get; } = Lines with { IsUrgent = true };

    /// <summary>A JSON array as a member of an object.</summary>
    /// <param name="envelope">The object with an empty array.</param>
    /// <param name="member">The member's name.</param>
    // The search is unambiguous, because quotes within a text are escaped.
    public static StreamFrame In<T>(T envelope, string member) =>
        Split(
            JsonSerializer.SerializeToUtf8Bytes(envelope, KvJson.TypeOf<T>()),
            Encoding.UTF8.GetBytes($"\"{member}\":[]"));

    private static StreamFrame Split(byte[] envelope, byte[] place)
    {
        var at = envelope.AsSpan().IndexOf(place) + place.Length - 1;
        return new StreamFrame(JsonAnswer.ContentType)
        {
            Head = envelope.AsMemory(..at),
            Separator = ","u8.ToArray(),
            Tail = envelope.AsMemory(at..),
        };
    }
}

/// <summary>Newline-delimited JSON.</summary>
internal static class Ndjson
{
    public const string ContentType = "application/x-ndjson";

    /// <summary>Whether a request's body has this content type.</summary>
    public static bool Is(HttpRequest request) =>
        Http.MediaTypes.Is(request, ContentType) || Http.MediaTypes.Is(request, "application/jsonl");
}
