using System.Text;
using System.Text.Unicode;

namespace Kv.Domain.KeyValues;

/// <summary>
/// The spelling of names in paths (RFC 3986, section 2.1), and simple-golang-kv's reading of it: that server decodes a
/// path only if Go's own URL printer would spell it the same way, and otherwise stores the encoded text. So it stored
/// <c>user%3A42</c> as a name, because Go does not encode the colon.
/// </summary>
public static class PathSpelling
{
    // The characters that Go's url.URL.EscapedPath does not encode, besides letters and digits.
    private const string UnescapedByGo = "-_.~$&+,/:;=@";

    /// <summary>
    /// The decoded form of a name that simple-golang-kv stored without decoding; null when the stored name is the
    /// intended one.
    /// </summary>
    public static string? DecodedName(string stored) =>
        stored.Contains('%') && Decode(stored) is { Length: > 0 } meant && EncodeLikeGo(meant) != stored ? meant : null;

    /// <summary>Percent-decodes a text once; null when the result is not valid UTF-8.</summary>
    public static string? Decode(ReadOnlySpan<char> encoded)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(encoded.Length)];
        var length = 0;
        while (!encoded.IsEmpty)
        {
            var percent = encoded.IndexOf('%');
            var plain = percent < 0 ? encoded : encoded[..percent];
            length += Encoding.UTF8.GetBytes(plain, bytes.AsSpan(length));
            encoded = encoded[plain.Length..];
            if (encoded.IsEmpty)
                break;
            if (encoded.Length < 3 || !char.IsAsciiHexDigit(encoded[1]) || !char.IsAsciiHexDigit(encoded[2]))
                return null;
            bytes[length++] = Convert.FromHexString(encoded.Slice(1, 2))[0];
            encoded = encoded[3..];
        }
        var text = bytes.AsSpan(0, length);
        return Utf8.IsValid(text) ? Encoding.UTF8.GetString(text) : null;
    }

    private static string EncodeLikeGo(string text) => string.Concat(Encoding.UTF8.GetBytes(text).Select(one =>
        char.IsAsciiLetterOrDigit((char)one) || UnescapedByGo.Contains((char)one) ? $"{(char)one}" : $"%{one:X2}"));
}
