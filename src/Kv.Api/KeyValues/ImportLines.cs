using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Kv.Api.Json;
using Kv.Application.KeyValues;

namespace Kv.Api.KeyValues;

/// <summary>Reads the lines of an import as they come. One that makes no sense comes as a line with a mistake, and is the last.</summary>
internal static class ImportLines
{
    private const string NoObject = "The line is no JSON object";

    public static async IAsyncEnumerable<ImportLine> Read(
        PipeReader body, long maxLineBytes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var number = 1L; ;)
        {
            var read = await body.ReadAsync(cancellationToken);
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
                    // One that is too long may come to its end with what makes it so.
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
                // Also when nobody wants the rest: the server could not pass over a body that is still being read, and would end the
                // connection, with whatever comes next on it.
                body.AdvanceTo(rest.Start, read.Buffer.End);
            }
            if (read.IsCompleted)
                yield break;
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

    private static bool IsBlank(ReadOnlySequence<byte> line) => line.Length <= 1 && (line.IsEmpty || line.FirstSpan[0] == '\r');

    private static ImportLine Parse(ReadOnlySequence<byte> line, long number)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return Wrong(number, NoObject);
            var members = BodyMembers.Of(document.RootElement, "", "key", "value", "encoding", "ttl", "expire_at", "content_type");
            if (members.Has("ttl") && members.Has("expire_at"))
                throw new BodyException("ttl", "ttl does not go with expire_at");
            return new ImportLine(
                number, members.Text("key") ?? throw new BodyException("key", "key is required"),
                KeyOperationBody.Value(members) ?? throw new BodyException("value", "value is required"),
                members.Number("ttl"), members.Number("expire_at"), members.Text("content_type"));
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

    private static ImportLine TooLong(long number, long maxLineBytes) => Wrong(number, $"A line is too long (max {maxLineBytes} bytes)");

    private static ImportLine Wrong(long number, string message, string? field = null) =>
        new(number, "", default, null, null, null, new ImportError(number, message, field));
}
