using System.Globalization;
using System.Text;

namespace Kv.Testing;

/// <summary>How a <see cref="WebhookReceiver"/> answers one request, well or badly.</summary>
public sealed class ReceiverAnswer
{
    private readonly Func<Stream, CancellationToken, Task> _write;

    private ReceiverAnswer(AfterAnswer after, Func<Stream, CancellationToken, Task> write) =>
        (After, _write) = (after, write);

    /// <summary>200 without a body.</summary>
    public static ReceiverAnswer Ok { get; } = Status(200);

    /// <summary>Nothing, until the client goes or the receiver is disposed of.</summary>
    public static ReceiverAnswer Hang { get; } = Raw(
        (_, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken));

    /// <summary>The connection's end, without a byte.</summary>
    public static ReceiverAnswer Close { get; } = Raw("");

    internal AfterAnswer After { get; }

    /// <summary>An ordinary answer; the connection stays open for the next request.</summary>
    public static ReceiverAnswer Status(int status, string body = "", params (string Name, string Value)[] headers) =>
        Status(status, Encoding.UTF8.GetBytes(body), headers);

    /// <inheritdoc cref="Status(int, string, ValueTuple{string, string}[])"/>
    public static ReceiverAnswer Status(int status, byte[] body, params (string Name, string Value)[] headers)
    {
        byte[] answer =
            [.. Encoding.Latin1.GetBytes($"{Head(status, headers)}Content-Length: {body.Length}\r\n\r\n"), .. body];
        return new ReceiverAnswer(AfterAnswer.KeepOpen, (stream, cancellationToken) =>
            stream.WriteAsync(answer, cancellationToken).AsTask());
    }

    /// <summary>These very characters (Latin-1), and the connection's end.</summary>
    public static ReceiverAnswer Raw(string text) => Raw((stream, cancellationToken) =>
        stream.WriteAsync(Encoding.Latin1.GetBytes(text), cancellationToken).AsTask());

    /// <summary>Whatever <paramref name="write"/> writes, and the connection's end.</summary>
    public static ReceiverAnswer Raw(Func<Stream, CancellationToken, Task> write) => new(AfterAnswer.Close, write);

    /// <summary>The beginning of an answer with this much of a longer body, and the connection's reset.</summary>
    public static ReceiverAnswer ResetAfter(string partOfBody) => new(AfterAnswer.Reset, (stream, cancellationToken) =>
        stream.WriteAsync(
            Encoding.Latin1.GetBytes($"{Head(200)}Content-Length: {partOfBody.Length + 1000}\r\n\r\n{partOfBody}"),
            cancellationToken).AsTask());

    /// <summary>A status, and a body that continues, chunk by chunk, for as long as the client reads.</summary>
    /// <param name="status">The status.</param>
    /// <param name="chunk">The bytes that are sent again and again.</param>
    /// <param name="next">Waits before each chunk after the first; null not to wait.</param>
    public static ReceiverAnswer Endless(int status, byte[] chunk, Func<CancellationToken, Task>? next = null) =>
        Raw(async (stream, cancellationToken) =>
        {
            await stream.WriteAsync(
                Encoding.Latin1.GetBytes($"{Head(status)}Content-Length: 10000000000\r\n\r\n"), cancellationToken);
            while (true)
            {
                await stream.WriteAsync(chunk, cancellationToken);
                if (next is not null)
                    await next(cancellationToken);
            }
        });

    /// <summary>This answer, held back until something has happened.</summary>
    public ReceiverAnswer When(Task happened) => new(After, async (stream, cancellationToken) =>
    {
        await happened.WaitAsync(cancellationToken);
        await _write(stream, cancellationToken);
    });

    internal Task Write(Stream stream, CancellationToken cancellationToken) => _write(stream, cancellationToken);

    private static string Head(int status, params (string Name, string Value)[] headers) => string.Concat(
        [
            string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Status\r\n"),
            .. headers.Select(header => $"{header.Name}: {header.Value}\r\n"),
        ]);
}

internal enum AfterAnswer
{
    KeepOpen,
    Close,
    Reset,
}
