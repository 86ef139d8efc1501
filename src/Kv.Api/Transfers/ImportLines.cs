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
    private const string NoObject = "The line is no JSON object";

    private static readonly string[] Members = ["key", "value", "encoding", "ttl", "expire_at", "content_type"];

    public static async IAsyncEnumerable<ImportLine> Read(
        PipeReader body, long maxLineBytes, CancellationToken credentialEnded,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, credentialEnded);
        for (var number = 1L; ;)
        {
            if (await More(body, either.Token, credentialEnded) is not { } read)
            {
                yield return Wrong(
                    number, new ImportError(number, CredentialEndedException.Explanation, IsUnauthenticated: true));
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

    // Null when the call's credential has ended.
    private static async ValueTask<ReadResult?> More(
        PipeReader body, CancellationToken either, CancellationToken credentialEnded)
    {
        try
        {
            return await body.ReadAsync(either);
        }
        catch (OperationCanceledException) when (credentialEnded.IsCancellationRequested)
        {
            return null;
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
                return Wrong(number, NoObject);
            var members = ScalarMembers.Read(ref reader, "", Members);
            // Throws if the line has more content.
            reader.Read();
            if (members.Has("ttl") && members.Has("expire_at"))
                throw new BodyException("ttl", "ttl does not go with expire_at");
            return new ImportLine(
                number, members.Text("key") ?? throw new BodyException("key", "key is required"),
                KeyOperationBody.Value(members) ?? throw new BodyException("value", "value is required"),
                members.Ttl("ttl"), members.Number("expire_at"), members.Text("content_type"));
        }
        catch (BodyException mistake)
        {
            return Wrong(number, mistake.Message, mistake.Field);
        }
        catch (JsonException)
        {
            return Wrong(number, NoObject);
        }
    }

    private static ImportLine TooLong(long number, long maxLineBytes) =>
        Wrong(number, $"A line is too long (max {maxLineBytes} bytes)");

    private static ImportLine Wrong(long number, string message, string? field = null) =>
        Wrong(number, new ImportError(number, message, field));

    private static ImportLine Wrong(long number, ImportError mistake) =>
        new(number, "", default, default, null, null, mistake);
}
