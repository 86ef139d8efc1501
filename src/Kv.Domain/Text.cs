using System.Text;

namespace Kv.Domain;

/// <summary>Measures and validates text that callers send.</summary>
public static class Text
{
    // An invalid name may be as long as a request's body.
    private const int LongestNameShown = 64;

    /// <summary>
    /// The length in Unicode code points: an emoji of one code point counts as one, in every client language.
    /// </summary>
    public static int Length(string text)
    {
        var length = text.Length;
        foreach (var unit in text)
            if (char.IsLowSurrogate(unit))
                length--;
        return length;
    }

    /// <summary>Whether the text has a UTF-8 form: it contains no unpaired surrogate (RFC 3629, section 3).</summary>
    public static bool IsWellFormed(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, at, out var rune))
                return false;
            at += rune.Utf16SequenceLength;
        }
        return true;
    }

    /// <summary>Whether a text is a valid header name: a token (RFC 9110, section 5.6.2).</summary>
    public static bool IsHeaderName(string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || "-_.~!#$%&'*+^`|".Contains(c));

    /// <summary>A caller's name for error messages, truncated when it is long.</summary>
    public static string Shown(string name) =>
        name.Length <= LongestNameShown ? name : $"{name[..LongestNameShown]}...";

    /// <summary>
    /// Whether the text contains a control character (Unicode category Cc: U+0000 to U+001F, U+007F to U+009F).
    /// </summary>
    public static bool HasControlCharacter(string text) =>
        text.AsSpan().ContainsAnyInRange('\0', '\u001F') || text.AsSpan().ContainsAnyInRange('\u007F', '\u009F');
}
