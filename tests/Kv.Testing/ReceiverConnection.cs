using System.Globalization;
using System.Text;

namespace Kv.Testing;

/// <summary>Reads the requests of one connection, one after the other.</summary>
internal sealed class ReceiverConnection(Stream stream)
{
    private const byte TlsHandshake = 0x16;

    private static readonly byte[] EndOfHead = "\r\n\r\n"u8.ToArray();

    private byte[] _buffer = new byte[4096];
    private int _start;
    private int _end;

    /// <summary>
    /// Reads the next request, and passes it to <paramref name="note"/>, which numbers it; null at the end of the
    /// connection.
    /// </summary>
    public async Task<ReceivedRequest?> Next(
        Func<Func<int, ReceivedRequest>, ReceivedRequest> note, CancellationToken cancellationToken)
    {
        int headLength;
        while ((headLength = _buffer.AsSpan(_start, _end - _start).IndexOf(EndOfHead)) < 0)
            if (!await Fill(cancellationToken) || _buffer[_start] == TlsHandshake)
                return null;
        var lines = Encoding.Latin1.GetString(_buffer, _start, headLength).Split("\r\n");
        _start += headLength + EndOfHead.Length;
        var headers = lines[1..].Select(ToHeader).ToArray();
        if (await ReadBody(LengthOf(headers), cancellationToken) is not { } body)
            return null;
        var words = lines[0].Split(' ');
        return note(number => new ReceivedRequest(number, words[0], words[1], headers, body));
    }

    private async Task<byte[]?> ReadBody(int length, CancellationToken cancellationToken)
    {
        while (_end - _start < length)
            if (!await Fill(cancellationToken))
                return null;
        var body = _buffer.AsSpan(_start, length).ToArray();
        _start += length;
        return body;
    }

    private async Task<bool> Fill(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += read;
        return read > 0;
    }

    private static KeyValuePair<string, string> ToHeader(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        return new(line[..colon], line[(colon + 1)..].Trim(' ', '\t'));
    }

    private static int LengthOf(KeyValuePair<string, string>[] headers)
    {
        if (headers.Any(header => header.Key.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase)))
            throw new NotSupportedException("A receiver takes bodies of a known length only.");
        var length = headers.SingleOrDefault(
            header => header.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)).Value;
        return length is null ? 0 : int.Parse(length, CultureInfo.InvariantCulture);
    }
}
