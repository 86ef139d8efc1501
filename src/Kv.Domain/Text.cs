using System.Text;

namespace Kv.Domain;

/// <summary>How Kv measures and judges text that callers send.</summary>
public static class Text
{
    /// <summary>The length in characters: Unicode code points, so an emoji counts once in every language's client.</summary>
    public static int Length(string text)
    {
        var length = text.Length;
        foreach (var unit in text)
            if (char.IsLowSurrogate(unit))
                length--;
        return length;
    }

    /// <summary>Whether the text has a UTF-8 form: no surrogate stands without its other half (RFC 3629, section 3).</summary>
    public static bool IsWellFormed(string text)
    {
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(rest, out _, out var consumed) != System.Buffers.OperationStatus.Done)
                return false;
            rest = rest[consumed..];
        }
        return true;
    }

    /// <summary>Whether the text holds a control character (Unicode category Cc: U+0000 to U+001F, U+007F to U+009F).</summary>
    public static bool HasControlCharacter(string text)
    {
        foreach (var unit in text)
            if (char.IsControl(unit))
                return true;
        return false;
    }
}
