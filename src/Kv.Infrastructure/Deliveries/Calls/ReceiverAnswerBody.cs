using System.Buffers;
using System.Text;

namespace Kv.Infrastructure.Deliveries.Calls;

/// <summary>The useful part of an answer's body.</summary>
internal sealed class ReceiverAnswerBody
{
    private const int MaxBytesRead = 64 * 1024;
    private const int BufferBytes = 4096;

    private readonly byte[] _start = new byte[Attempt.MaxAnswerBytes];
    private int _length;
    private bool _isCompressed;

    /// <summary>The first bytes as printable text, including those of a body that broke off.</summary>
    public string Text => _length == 0 ? ""
        : _isCompressed ? "(compressed)"
        : Shown(Decode(_start.AsSpan(0, _length), isWhole: _length < _start.Length).ReplaceLineEndings("\n"));

    /// <summary>
    /// Reads a body to its end, so that the connection can be used again, or up to a limit.
    /// </summary>
    public async Task Read(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        _isCompressed = IsCompressed(response);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            for (var total = 0; total < MaxBytesRead;)
            {
                var length = Math.Min(buffer.Length, MaxBytesRead - total);
                var read = await body.ReadAsync(buffer.AsMemory(0, length), cancellationToken);
                if (read == 0)
                    return;
                Keep(buffer.AsSpan(0, read));
                total += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The text of the first bytes of a body; a character that the cut splits is omitted.</summary>
    public static string Decode(ReadOnlySpan<byte> start, bool isWhole)
    {
        var text = new char[start.Length];
        return new string(text, 0, Encoding.UTF8.GetDecoder().GetChars(start, text, flush: isWhole));
    }

    private static bool IsCompressed(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues("Content-Encoding", out var codings)
        && codings.Any(coding => !coding.Equals("identity", StringComparison.OrdinalIgnoreCase));

    private void Keep(ReadOnlySpan<byte> read)
    {
        var kept = read[..Math.Min(read.Length, _start.Length - _length)];
        kept.CopyTo(_start.AsSpan(_length));
        _length += kept.Length;
    }

    private static string Shown(string text) => new(
        [.. text.Select(unit => char.IsControl(unit) && unit is not ('\n' or '\t') ? '\uFFFD' : unit)]);
}
