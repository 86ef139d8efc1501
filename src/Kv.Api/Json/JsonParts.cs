using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Kv.Api.Errors;

namespace Kv.Api.Json;

/// <summary>Reads a JSON value whose whole text is buffered.</summary>
/// <param name="reader">The reader at the value's first token. It must be left at the last token.</param>
internal delegate T ReadPart<out T>(ref Utf8JsonReader reader);

/// <summary>
/// Reads a body part by part while it arrives: a limit on the number of parts applies before the rest is read, and only
/// one part is buffered.
/// </summary>
internal sealed class JsonParts(PipeReader body, long maxPartBytes)
{
    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = JsonMistake.MaxDepth });
    private bool _hasBegun;

    private delegate bool TryTake(ref Utf8JsonReader reader);

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Reads the next token.</summary>
    /// <returns>The token's kind, and the name for a member.</returns>
    /// <exception cref="BodyException">The body is not valid JSON.</exception>
    public async ValueTask<(JsonTokenType Kind, string? Name)> Token(CancellationToken cancellationToken)
    {
        var (kind, name) = (JsonTokenType.None, (string?)null);
        await Take(TryToken, cancellationToken);
        return (kind, name);

        bool TryToken(ref Utf8JsonReader reader)
        {
            if (!reader.Read())
                return false;
            kind = reader.TokenType;
            name = kind == JsonTokenType.PropertyName ? reader.GetString() : null;
            return true;
        }
    }

    /// <summary>Reads the next element of an array.</summary>
    /// <returns>The result of <paramref name="read"/>; null at the end of the array.</returns>
    /// <exception cref="BodyException">The body is not valid JSON, or the element is too large.</exception>
    public async ValueTask<T?> Element<T>(ReadPart<T?> read, CancellationToken cancellationToken)
        where T : class
    {
        T? element = null;
        await Take(TryElement, cancellationToken);
        return element;

        bool TryElement(ref Utf8JsonReader reader)
        {
            var ahead = reader;
            if (!ahead.Read() || (ahead.TokenType != JsonTokenType.EndArray && !ahead.TrySkip()))
                return false;
            reader.Read();
            if (reader.TokenType != JsonTokenType.EndArray)
                element = read(ref reader);
            return true;
        }
    }

    /// <summary>Requires the end of the body.</summary>
    /// <exception cref="BodyException">The body has more content.</exception>
    public async ValueTask End(CancellationToken cancellationToken)
    {
        for (var isLast = false; !isLast;)
        {
            var read = await body.ReadAsync(cancellationToken);
            isLast = read.IsCompleted;
            var end = read.Buffer.Start;
            try
            {
                // The reader throws at anything except white space.
                Try(read.Buffer, isLast, (ref reader) => reader.Read(), out _);
                end = read.Buffer.End;
            }
            finally
            {
                body.AdvanceTo(end, read.Buffer.End);
            }
        }
    }

    private async ValueTask Take(TryTake take, CancellationToken cancellationToken)
    {
        for (var least = ByteOrderMark.Length; ;)
        {
            var read = await body.ReadAtLeastAsync(least, cancellationToken);
            var text = _hasBegun ? read.Buffer : WithoutMark(read.Buffer);
            _hasBegun = true;
            var end = text.Start;
            try
            {
                if (Try(text, read.IsCompleted, take, out end))
                    return;
            }
            finally
            {
                // Also after an error: the server cannot skip a body while it is being read, and would close the
                // connection.
                body.AdvanceTo(end, end.Equals(text.Start) ? read.Buffer.End : end);
            }
            if (text.Length > maxPartBytes)
                throw new BodyException("body", $"A part of the body is too long (max {maxPartBytes} bytes)");
            // Each try parses the part from its start. Doubling the length bounds the number of tries.
            least = (int)(2 * text.Length) + 1;
        }
    }

    private bool Try(ReadOnlySequence<byte> text, bool isLast, TryTake take, out SequencePosition end)
    {
        end = text.Start;
        var reader = new Utf8JsonReader(text, isLast, _state);
        try
        {
            if (!take(ref reader))
                return false;
        }
        catch (JsonException mistake)
        {
            throw new BodyException("body", JsonMistake.Describe(mistake.Message));
        }
        catch (InvalidOperationException)
        {
            throw new BodyException("body", "The names of members must be well-formed Unicode");
        }
        (end, _state) = (reader.Position, reader.CurrentState);
        return true;
    }

    private static ReadOnlySequence<byte> WithoutMark(ReadOnlySequence<byte> text)
    {
        Span<byte> start = stackalloc byte[ByteOrderMark.Length];
        if (text.Length < start.Length)
            return text;
        text.Slice(0, start.Length).CopyTo(start);
        return start.SequenceEqual(ByteOrderMark) ? text.Slice(start.Length) : text;
    }
}
