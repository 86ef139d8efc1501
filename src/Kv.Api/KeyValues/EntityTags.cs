using System.Globalization;
using FluentValidation;
using FluentValidation.Results;
using Kv.Domain.KeyValues;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Kv.Api.KeyValues;

/// <summary>
/// The conditions of a request (RFC 9110, section 13). The entity tag of a key is the revision at which it was last written,
/// so it is strong: the same tag is the same value, byte for byte.
/// </summary>
internal static class EntityTags
{
    private const string Any = "*";

    // The tag that no key has stands for there being none.
    private const string NotThere = "\"0\"";

    /// <summary>The tag as a header takes it.</summary>
    public static string Of(long revision) => string.Create(CultureInfo.InvariantCulture, $"\"{revision}\"");

    /// <summary>The tag as a member of JSON shows it: without the quotes.</summary>
    public static string Bare(long revision) => revision.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads a tag as JSON shows it, with or without its quotes; null when it is none that Kv gave.</summary>
    public static long? Read(string tag) => Revision(tag is ['"', .., '"'] ? tag : $"\"{tag}\"");

    /// <summary>What must hold for a write.</summary>
    /// <exception cref="ValidationException">A header says what no write can be made to depend on.</exception>
    public static Precondition ForWrite(HttpRequest request)
    {
        var (match, noneMatch) = (request.Headers.IfMatch, request.Headers.IfNoneMatch);
        if (match.Count > 0 && noneMatch.Count > 0)
            throw Invalid(HeaderNames.IfMatch, "If-Match and If-None-Match must not be sent together");
        if (noneMatch.Count > 0)
            return noneMatch.Count == 1 && noneMatch[0]?.Trim() == Any
                ? Precondition.Absent
                : throw Invalid(HeaderNames.IfNoneMatch, "If-None-Match on a write must be *");
        if (match.Count == 0)
            return Precondition.None;
        if (match.Count > 1)
            throw Invalid(HeaderNames.IfMatch, MustBeOne);
        var text = match[0]!.Trim();
        return text == Any ? Precondition.Exists
            : Revision(text) is { } revision ? Precondition.WrittenAt(revision)
            : throw Invalid(HeaderNames.IfMatch, MustBeOne);
    }

    /// <summary>What a read depends on: the status to answer with instead of the key, if any.</summary>
    /// <param name="request">The request.</param>
    /// <param name="revision">The revision at which the key was last written; 0 when there is none.</param>
    /// <exception cref="ValidationException">A header holds what is no entity tag.</exception>
    public static int? Instead(HttpRequest request, long revision)
    {
        var (match, noneMatch) = (request.Headers.IfMatch, request.Headers.IfNoneMatch);
        if (match.Count > 0 && !Matches(match, HeaderNames.IfMatch, revision, isStrong: true))
            return StatusCodes.Status412PreconditionFailed;
        return noneMatch.Count > 0 && Matches(noneMatch, HeaderNames.IfNoneMatch, revision, isStrong: false)
            ? StatusCodes.Status304NotModified
            : null;
    }

    /// <summary>The revision that a reader knows of a key, by one tag alone: 0 for a key that is not there. Null when it does not say.</summary>
    public static long? Known(HttpRequest request) =>
        request.Headers.IfNoneMatch is [{ } text]
            ? (text is NotThere ? 0 : Revision(text.StartsWith("W/", StringComparison.Ordinal) ? text[2..] : text))
            : null;

    // A gateway that compresses weakens tags, and caches send several: for a read all of them do.
    private static bool Matches(StringValues values, string header, long revision, bool isStrong)
    {
        if (values.Count == 1 && values[0] == Of(revision))
            return true;
        if (!EntityTagHeaderValue.TryParseStrictList(values, out var tags) || tags.Count == 0)
            throw Invalid(header, $"{header} must be a list of entity tags as in \"42\", or *");
        foreach (var tag in tags)
            if (revision != 0 && (tag.Tag == Any || (tag.Tag == Of(revision) && !(isStrong && tag.IsWeak))))
                return true;
        return false;
    }

    private const string MustBeOne = "If-Match on a write must be one strong entity tag that Kv gave, as in \"42\", or *";

    private static long? Revision(string tag) =>
        tag is ['"', .. var digits, '"']
        && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
        && revision > 0
            ? revision
            : null;

    private static ValidationException Invalid(string header, string message) => new([new ValidationFailure(header, message)]);
}
