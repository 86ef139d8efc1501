using System.Globalization;
using System.Text;

namespace Kv.Application.Audit;

/// <summary>Text of callers as a line of the log can have it: whatever they send, the line stays one line, and says what it says.</summary>
public static class LogText
{
    // More of a name than any limit lets through tells nothing; what was refused before its limits were looked at is cut off there.
    private const int MaxLength = 8192;

    /// <summary>
    /// The text, with what would begin a line or move a terminal's cursor written as an escape (<c>\u000a</c>); cut off where it is
    /// longer than any key.
    /// </summary>
    public static string? Of(string? text)
    {
        if (text is null || (text.Length <= MaxLength && text.All(IsPlain)))
            return text;
        var safe = new StringBuilder(text.Length);
        foreach (var unit in text.Take(MaxLength))
        {
            if (IsPlain(unit))
                safe.Append(unit);
            else
                safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
        }
        return safe.ToString();
    }

    private static bool IsPlain(char unit) => char.GetUnicodeCategory(unit) is not (
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Format);
}
