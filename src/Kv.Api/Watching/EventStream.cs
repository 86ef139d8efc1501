using System.Text;
using FluentValidation.Results;
using Kv.Api.Access;
using Kv.Api.Answers;
using Kv.Api.Errors;
using Kv.Api.Http;
using Kv.Application.Pipeline;
using Kv.Domain.Storage;
using Kv.Domain.Watching;
using Kv.Domain.Webhooks;

namespace Kv.Api.Watching;

/// <summary>
/// Sends a watch as server-sent events (HTML Living Standard, section 9.2). A heartbeat is an event <c>position</c>
/// with the revision up to which all changes were sent. Its <c>id</c> advances the client's <c>Last-Event-ID</c>, so
/// that a quiet watch can be resumed after a compaction. It has a name and data, because some clients treat a frame
/// without them as an empty message.
/// </summary>
internal sealed class EventStream(
    IKeyChangeWatch watch, bool includesPrevious, TimeSpan heartbeat, RequestFailures failures, TimeProvider time)
    : IActionResult
{
    /// <summary>The answer of a watch that is being opened.</summary>
    /// <param name="field">The header or parameter with the start revision, for errors.</param>
    /// <param name="stream">Creates the answer, which disposes the watch.</param>
    public static async Task<IActionResult> Open(
        Task<IKeyChangeWatch> opening, string field, Func<IKeyChangeWatch, EventStream> stream)
    {
        try
        {
            return stream(await opening);
        }
        catch (RevisionInFutureException future)
        {
            return Problems.Invalid([new ValidationFailure(field, future.Message)], Problems.RevisionInFuture)
                .ToResult();
        }
    }

    public async Task ExecuteResultAsync(ActionContext context)
    {
        await using var open = watch;
        var http = context.HttpContext;
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        // Prevents nginx from buffering events.
        http.Response.Headers["X-Accel-Buffering"] = "no";
        http.Response.SetRevision(watch.Position);
        try
        {
            await Send(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client disconnected or was too slow.
        }
        catch (StoreException failure)
        {
            // The client can resume without missing a change.
            failures.Aborted(http, failure.Message);
        }
    }

    private async Task Send(HttpContext http)
    {
        using var body = new AnswerBody(http);
        Write(body, "retry: 1000\n");
        // Send the start position first, so that a client can also resume before the first event.
        WritePosition(body, watch.Position);
        var credentialEnded = LongLivedCalls.CredentialEnded(http);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, credentialEnded);
        try
        {
            while (true)
            {
                var next = watch.Next(heartbeat, either.Token);
                // Changes that are already available are sent together.
                if (!next.IsCompleted || body.Pipe.UnflushedBytes >= AnswerBody.PieceBytes)
                    await body.Flush(watch.CutOff);
                if (await next is not { } set)
                    break;
                if (set.Changes.Count > 0)
                    await Send(body, set);
                else
                    WritePosition(body, set.Revision);
            }
        }
        catch (RevisionCompactedException compacted)
        {
            await Event(body, "gone", new CompactedChanges { OldestRevision = compacted.CompactRevision });
            Write(body, "\n");
        }
        catch (OperationCanceledException) when (
            credentialEnded.IsCancellationRequested && !http.RequestAborted.IsCancellationRequested)
        {
            await Event(
                body, "unauthorized",
                new EndedWatch { Error = "Unauthorized", Detail = CredentialEndedException.Explanation });
            Write(body, "\n");
        }
        await body.Flush(watch.CutOff);
    }

    private async ValueTask Send(AnswerBody body, KeyChangeSet set)
    {
        var now = time.GetUtcNow();
        for (var i = 0; i < set.Changes.Count; i++)
        {
            var change = set.Changes[i];
            var name = change switch
            {
                KeyCreated => EventFilter.Create,
                KeyUpdated => EventFilter.Update,
                KeyDeleted => EventFilter.Delete,
                _ => throw new ArgumentException($"{change} has no event name", nameof(set)),
            };
            await Event(body, name, WatchedKey.From(change, now, includesPrevious));
            // Only the last event of a revision has an id, because a watch can resume only after a whole revision.
            Write(body, i == set.Changes.Count - 1 ? $"id: {set.Revision}\n\n" : "\n");
        }
    }

    private static void WritePosition(AnswerBody body, long through) => Write(
        body, $": all through {through}\nevent: position\ndata: {{\"revision\":{through}}}\nid: {through}\n\n");

    private static async ValueTask Event<T>(AnswerBody body, string name, T data)
    {
        Write(body, $"event: {name}\ndata: ");
        await body.Write(data);
        Write(body, "\n");
    }

    private static void Write(AnswerBody body, string text) => Encoding.UTF8.GetBytes(text, body.Pipe);
}
