using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Kv.Api.Errors;
using Kv.Api.Json;
using Kv.Api.Transactions;
using Kv.Application.Pipeline;
using Kv.Application.Transfers;

namespace Kv.Api.Transfers;

/// <summary>
/// Reads the lines of an import while they arrive. An invalid line is returned with its error and is the last one.
/// </summary>
internal static class ImportLines
{
    private const string NoObject = "The line is not a JSON object";

    private static readonly string[] Members = ["key", "value", "encoding", "ttl", "expire_at", "content_type"];

    public static async IAsyncEnumerable<ImportLine> Read(
        PipeReader body, long maxLineBytes, CancellationToken credentialEnded,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, credentialEnded);
        for (var number = 1L; ;)
        {
            var (read, end) = await More(body, number, either.Token, credentialEnded);
            if (end is not null)
            {
                yield return Rejected(number, end);
                yield break;
            }
            var rest = read.Buffer;
            try
            {
                while (TryTakeLine(ref rest, read.IsCompleted, out var line))
                {
                    if (IsBlank(line))
                    {
                        number++;
                        continue;
                    }
                    // A line can exceed the limit and end within the same read.
                    var parsed = line.Length > maxLineBytes ? TooLong(number, maxLineBytes) : Parse(line, number);
                    number++;
                    yield return parsed;
                    if (parsed.Mistake is not null)
                        yield break;
                }
                if (rest.Length > maxLineBytes)
                {
                    yield return TooLong(number, maxLineBytes);
                    yield break;
                }
            }
            finally
            {
                // Also when the caller stops early: the server cannot skip a body while it is being read, and would
                // close the connection.
                body.AdvanceTo(rest.Start, read.Buffer.End);
            }
            if (read.IsCompleted)
                yield break;
        }
    }

    // An error when the call's credential has ended, too little arrives, or other bodies hold too much.
    private static async ValueTask<(ReadResult Read, ImportError? End)> More(
        PipeReader body, long number, CancellationToken either, CancellationToken credentialEnded)
    {
        try
        {
            return (await body.ReadAsync(either), null);
        }
        catch (OperationCanceledException) when (credentialEnded.IsCancellationRequested)
        {
            return (default, new ImportError(number, new CredentialEndedException()));
        }
        catch (Exception error) when (error is BusyException
            or BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout })
        {
            return (default, new ImportError(number, error));
        }
    }

    private static bool TryTakeLine(ref ReadOnlySequence<byte> rest, bool isLast, out ReadOnlySequence<byte> line)
    {
        if (rest.PositionOf((byte)'\n') is { } end)
        {
            line = rest.Slice(0, end);
            rest = rest.Slice(rest.GetPosition(1, end));
            return true;
        }
        line = rest;
        if (!isLast || rest.IsEmpty)
            return false;
        rest = rest.Slice(rest.End);
        return true;
    }

    private static bool IsBlank(ReadOnlySequence<byte> line) =>
        line.Length <= 1 && (line.IsEmpty || line.FirstSpan[0] == '\r');

    private static ImportLine Parse(ReadOnlySequence<byte> line, long number)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return Rejected(number, NoObject);
            var members = JsonMembers.Read(ref reader, "", Members);
            // Throws if the line has more content.
            reader.Read();
            if (members.Has("ttl") && members.Has("expire_at"))
                throw new BodyException("ttl", "ttl must not be given together with expire_at");
            return new ImportLine(
                number, members.Text("key") ?? throw new BodyException("key", "key is required"),
                KeyOperationBody.Value(members) ?? throw new BodyException("value", "value is required"),
                members.Ttl("ttl"), members.Number("expire_at"), members.Text("content_type"));
        }
        catch (BodyException mistake)
        {
            return Rejected(number, mistake.Message, mistake.Field);
        }
        catch (JsonException)
        {
            return Rejected(number, NoObject);
        }
    }

    private static ImportLine TooLong(long number, long maxLineBytes) =>
        Rejected(number, $"A line is too long (max {maxLineBytes} bytes)");

    private static ImportLine Rejected(long number, string message, string? field = null) =>
        Rejected(number, new ImportError(number, message, field));

    private static ImportLine Rejected(long number, ImportError mistake) =>
        new(number, "", default, default, null, null, mistake);
}
