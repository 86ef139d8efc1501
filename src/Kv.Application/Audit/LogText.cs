using System.Globalization;

namespace Kv.Application.Audit;

/// <summary>Escapes text from callers for the log, so that no input can break a line or forge another one.</summary>
public static class LogText
{
    // Longer than any valid name. Requests that are refused before validation may contain longer text: cut it off.
    private const int MaxLength = 8192;

    /// <summary>
    /// Replaces control characters, line separators and format characters with escapes (<c>\u000a</c>) and truncates
    /// long text.
    /// </summary>
    public static string? Escape(string? text) => text is null || (text.Length <= MaxLength && text.All(IsPlain))
        ? text
        : string.Concat(text.Take(MaxLength).Select(unit => IsPlain(unit) ? $"{unit}" : $"\\u{(int)unit:x4}"));

    private static bool IsPlain(char unit) => char.GetUnicodeCategory(unit) is not (
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Format);
}
