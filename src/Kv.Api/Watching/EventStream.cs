using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Kv.Api.Errors;
using Kv.Api.Json;
using Kv.Api.KeyValues;
using Kv.Domain.Storage;
using Kv.Domain.Watching;
using Microsoft.AspNetCore.Mvc;

namespace Kv.Api.Watching;

/// <summary>
/// One watch as server-sent events (HTML Living Standard, section 9.2). A heartbeat carries the revision up to which all was told: an
/// <c>id</c> without data is no event and moves the reader's <c>Last-Event-ID</c> on, so that a quiet watch is not overtaken by
/// what the store forgets.
/// </summary>
internal sealed class EventStream(IKeyChangeWatch watch, TimeSpan heartbeat, StoreFailureLog storeFailures, TimeProvider time)
    : IActionResult
{
    private const int FlushAt = 32 * 1024;

    // Far more than a slow network needs for what is sent at once.
    private static readonly TimeSpan StalledAfter = TimeSpan.FromMinutes(1);

    private static readonly JsonWriterOptions Plain = new() { Encoder = KvJson.Answers.Options.Encoder, SkipValidation = true };

    public async Task ExecuteResultAsync(ActionContext context)
    {
        await using var open = watch;
        var http = context.HttpContext;
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        // nginx would hold events back until it has a buffer full of them.
        http.Response.Headers["X-Accel-Buffering"] = "no";
        http.Response.SetRevision(watch.Position);
        try
        {
            await Tell(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The reader went away, or was too slow.
        }
        catch (StoreException failure)
        {
            // Whoever goes on where this ends misses nothing.
            storeFailures.Log(failure);
        }
    }

    private async Task Tell(HttpContext http)
    {
        var body = http.Response.BodyWriter;
        Write(body, "retry: 1000\n");
        // It tells from where on the watch goes as well: one that is lost before its first event goes on there.
        Beat(body, watch.Position);
        try
        {
            while (true)
            {
                var next = watch.Next(heartbeat, http.RequestAborted);
                // What is there already goes out with it.
                if (!next.IsCompleted || body.UnflushedBytes >= FlushAt)
                    await Flush(http);
                if (await next is not { } set)
                    break;
                if (set.Changes.Count > 0)
                    Tell(body, set);
                else
                    Beat(body, set.Revision);
            }
        }
        catch (RevisionCompactedException compacted)
        {
            Event(
                body, "gone", new ForgottenChanges { OldestRevision = compacted.CompactRevision }, KvJson.Answers.ForgottenChanges);
            Write(body, "\n");
        }
        await Flush(http);
    }

    private void Tell(PipeWriter body, KeyChangeSet set)
    {
        var now = time.GetUtcNow();
        for (var i = 0; i < set.Changes.Count; i++)
        {
            var change = set.Changes[i];
            var name = change switch
            {
                KeyCreated => "create",
                KeyUpdated => "update",
                _ => "delete",
            };
            Event(body, name, WatchedKey.Of(change, now), KvJson.Answers.WatchedKey);
            // Only what is whole can be gone on behind.
            Write(body, i == set.Changes.Count - 1 ? $"id: {set.Revision}\n\n" : "\n");
        }
    }

    private static void Beat(PipeWriter body, long through) => Write(body, $": all through {through}\nid: {through}\n\n");

    private static void Event<T>(PipeWriter body, string name, T data, JsonTypeInfo<T> type)
    {
        Write(body, $"event: {name}\ndata: ");
        using (var json = new Utf8JsonWriter((IBufferWriter<byte>)body, Plain))
            JsonSerializer.Serialize(json, data, type);
        Write(body, "\n");
    }

    private static void Write(PipeWriter body, string text) => Encoding.UTF8.GetBytes(text, body);

    // A reader that takes nothing holds the flush. So long as it takes a little, it is borne with until its watch is cut off;
    // then nothing more is due on this connection, and the process does not wait for it when it stops.
    private async Task Flush(HttpContext http)
    {
        var flushing = http.Response.BodyWriter.FlushAsync(http.RequestAborted).AsTask();
        if (!flushing.IsCompleted)
        {
            await ((Task)Task.WhenAny(flushing, watch.CutOff)).WaitAsync(StalledAfter, time)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!flushing.IsCompleted)
                http.Abort();
        }
        await flushing;
    }
}
