using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
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
internal sealed class EventStream(IKeyChangeWatch watch, TimeSpan heartbeat, TimeProvider time, CancellationToken stopping)
    : IActionResult
{
    private const int FlushAt = 32 * 1024;

    private static readonly JsonWriterOptions Plain = new() { Encoder = KvJson.Answers.Options.Encoder, SkipValidation = true };

    public async Task ExecuteResultAsync(ActionContext context)
    {
        await using var open = watch;
        var http = context.HttpContext;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        // nginx would hold events back until it has a buffer full of them.
        http.Response.Headers["X-Accel-Buffering"] = "no";
        http.Response.SetRevision(watch.Position);
        try
        {
            Write(http.Response.BodyWriter, "retry: 1000\n");
            Beat(http.Response.BodyWriter);
            await Flush(http, ending.Token);
            await Tell(http, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The reader went away, or the process stops: the reader goes on elsewhere.
        }
        catch (RevisionCompactedException compacted)
        {
            Event(
                http.Response.BodyWriter, "gone", new ForgottenChanges { OldestRevision = compacted.CompactRevision },
                KvJson.Answers.ForgottenChanges);
            Write(http.Response.BodyWriter, "\n");
            await Flush(http, ending.Token);
        }
        catch (StoreUnavailableException)
        {
            // Whoever goes on where this ends misses nothing.
        }
    }

    private async Task Tell(HttpContext http, CancellationToken ending)
    {
        var next = watch.Next(ending).AsTask();
        while (true)
        {
            try
            {
                if (await next.WaitAsync(heartbeat, time, ending) is not { } set)
                    return;
                Tell(http.Response.BodyWriter, set);
                next = watch.Next(ending).AsTask();
                // What has come meanwhile goes out with it.
                if (next.IsCompletedSuccessfully && http.Response.BodyWriter.UnflushedBytes < FlushAt)
                    continue;
            }
            catch (TimeoutException)
            {
                Beat(http.Response.BodyWriter);
            }
            await Flush(http, ending);
        }
    }

    private static void Tell(PipeWriter body, KeyChangeSet set)
    {
        for (var i = 0; i < set.Changes.Count; i++)
        {
            var change = set.Changes[i];
            var name = change switch
            {
                KeyCreated => "create",
                KeyUpdated => "update",
                _ => "delete",
            };
            Event(body, name, WatchedKey.Of(change), KvJson.Answers.WatchedKey);
            // Only what is whole can be gone on behind.
            Write(body, i == set.Changes.Count - 1 ? $"id: {set.Revision}\n\n" : "\n");
        }
    }

    private void Beat(PipeWriter body) => Write(body, $": all through {watch.Position}\nid: {watch.Position}\n\n");

    private static void Event<T>(PipeWriter body, string name, T data, JsonTypeInfo<T> type)
    {
        Write(body, $"event: {name}\ndata: ");
        using (var json = new Utf8JsonWriter((IBufferWriter<byte>)body, Plain))
            JsonSerializer.Serialize(json, data, type);
        Write(body, "\n");
    }

    private static void Write(PipeWriter body, string text) => Encoding.UTF8.GetBytes(text, body);

    // A reader that takes nothing holds the flush; once the watch is cut off for that, so is the connection.
    private async Task Flush(HttpContext http, CancellationToken ending)
    {
        var flushing = http.Response.BodyWriter.FlushAsync(ending).AsTask();
        if (!flushing.IsCompleted && await Task.WhenAny(flushing, watch.CutOff) != flushing)
            http.Abort();
        await flushing;
    }
}
