using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Unicode;
using Kv.Api.Json;

namespace Kv.Api.Answers;

/// <summary>
/// The body of an answer, sent in pieces. The next piece is created only when the previous one is being sent, so memory
/// is bounded for any size. A client that does not read for a while is disconnected.
/// </summary>
internal sealed class AnswerBody : IDisposable
{
    /// <summary>The size of a piece, in bytes.</summary>
    public const int PieceBytes = 32 * 1024;

    /// <summary>Larger values are written in parts of this many bytes. JSON escapes a byte to up to six.</summary>
    public const int PartBytes = 6 * 1024;

    private readonly HttpContext _http;
    private readonly TimeSpan _stallTimeout;
    private readonly TimeProvider _time;
    private readonly Utf8JsonWriter _json;

    public AnswerBody(HttpContext http)
    {
        _http = http;
        Pipe = http.Response.BodyWriter;
        _stallTimeout = http.RequestServices.GetRequiredService<AnswerOptions>().StallTimeout;
        _time = http.RequestServices.GetRequiredService<TimeProvider>();
        _json = new Utf8JsonWriter((IBufferWriter<byte>)Pipe, KvJson.Plain);
    }

    public PipeWriter Pipe { get; }

    /// <summary>Sends a large answer as a part of a costly call. Its bytes count until then.</summary>
    /// <param name="length">The size of its value.</param>
    public static async Task SendLarge(HttpContext http, int length, Func<AnswerBody, ValueTask> write)
    {
        using var share = http.RequestServices.GetRequiredService<HeldBytes>().Hold(http.Request, length);
        await http.RequestServices.GetRequiredService<CostlyCalls>().Run(http, async context =>
        {
            using var body = new AnswerBody(context);
            await write(body);
            await body.Flush();
        });
    }

    /// <summary>Writes an object. A large value in it is written in parts.</summary>
    public ValueTask Write<T>(T item)
    {
        var type = KvJson.TypeOf<T>();
        if (item is IHoldsValue<T> { Value: { Length: > PartBytes } value } holder)
            return WriteInParts(JsonSerializer.SerializeToUtf8Bytes(holder.WithEmptyValue(), type), value);
        _json.Reset();
        JsonSerializer.Serialize(_json, item, type);
        _json.Flush();
        return FlushIfDue();
    }

    /// <summary>Writes raw bytes.</summary>
    public async ValueTask Write(ReadOnlyMemory<byte> bytes)
    {
        for (; bytes.Length > PieceBytes; bytes = bytes[PieceBytes..])
        {
            Pipe.Write(bytes.Span[..PieceBytes]);
            await Flush();
        }
        Pipe.Write(bytes.Span);
        await FlushIfDue();
    }

    /// <summary>Sends the written bytes if they fill a piece.</summary>
    public ValueTask FlushIfDue() => Pipe.UnflushedBytes >= PieceBytes ? Flush() : default;

    /// <summary>Sends the written bytes and waits until the client has read enough of them.</summary>
    /// <param name="cutOff">Ends the wait for the client when it completes; null for no such end.</param>
    /// <exception cref="OperationCanceledException">The client disconnected, or did not read for too long.</exception>
    public ValueTask Flush(Task? cutOff = null)
    {
        var flushing = Pipe.FlushAsync(_http.RequestAborted);
        return !flushing.IsCompletedSuccessfully ? new ValueTask(Wait(flushing.AsTask(), cutOff))
            : SynchronizationContext.Current is null ? default
            : TakeTurn();

        // A client that reads fast must not keep the turn of others.
        static async ValueTask TakeTurn() => await Task.Yield();
    }

    public void Dispose() => _json.Dispose();

    private async Task Wait(Task flushing, Task? cutOff)
    {
        await (cutOff is null ? flushing : Task.WhenAny(flushing, cutOff)).WaitAsync(_stallTimeout, _time)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!flushing.IsCompleted)
            _http.Abort();
        await flushing;
        _http.RequestAborted.ThrowIfCancellationRequested();
    }

    // The search is unambiguous, because quotes within a text are escaped.
    private async ValueTask WriteInParts(byte[] around, ReadOnlyMemory<byte> value)
    {
        var place = around.AsSpan().IndexOf("\"value\":\"\""u8) + "\"value\":".Length;
        Pipe.Write(around.AsSpan(..place));
        var isText = Utf8.IsValid(value.Span);
        _json.Reset();
        for (; value.Length > PartBytes; value = value[PartBytes..])
        {
            WritePart(value.Span[..PartBytes], isText, isLast: false);
            await FlushIfDue();
        }
        WritePart(value.Span, isText, isLast: true);
        Pipe.Write(around.AsSpan((place + "\"\"".Length)..));
        await FlushIfDue();
    }

    private void WritePart(ReadOnlySpan<byte> part, bool isText, bool isLast)
    {
        if (isText)
            _json.WriteStringValueSegment(part, isLast);
        else
            _json.WriteBase64StringSegment(part, isLast);
        _json.Flush();
    }
}
