using System.Globalization;
using FluentValidation;
using Kv.Application.KeyValues;
using Kv.Application.Pipeline;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Kv.Api.Http;

/// <summary>
/// The conditions of a request (RFC 9110, section 13). The entity tag of a key is the revision of its last write: equal
/// tags mean equal values, byte for byte.
/// </summary>
internal static class EntityTags
{
    private const string Any = "*";

    // No key has this tag: it represents a key that does not exist.
    private const string AbsentTag = "\"0\"";

    /// <summary>The tag for a header.</summary>
    public static string Format(long revision) => string.Create(CultureInfo.InvariantCulture, $"\"{revision}\"");

    /// <summary>The tag for a JSON member: without quotes.</summary>
    public static string ToJson(long revision) => revision.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads a tag from a JSON member, with or without quotes; null when it is not a tag of Kv.</summary>
    public static long? Read(string tag) => Revision(tag is [.., '"'] ? tag : $"\"{tag}\"");

    /// <summary>
    /// Reads the condition of a write. For several tags it uses the newest revision; <see cref="Next"/> returns the
    /// others.
    /// </summary>
    /// <exception cref="ValidationException">A header has a condition that writes do not support.</exception>
    public static Precondition ForWrite(HttpRequest request)
    {
        var (match, noneMatch) = (request.Headers.IfMatch, request.Headers.IfNoneMatch);
        if (match.Count > 0 && noneMatch.Count > 0)
            throw InvalidInput.In(HeaderNames.IfMatch, "If-Match and If-None-Match must not be sent together");
        if (noneMatch.Count > 0)
            return noneMatch.Count == 1 && noneMatch[0]?.Trim() == Any
                ? Precondition.Absent
                : throw InvalidInput.In(HeaderNames.IfNoneMatch, "If-None-Match on a write must be *");
        if (match.Count == 0)
            return Precondition.None;
        if (match is [{ } single] && Revision(single) is { } one)
            return Precondition.WrittenAt(one);
        return Revisions(match) is { } revisions ? Precondition.WrittenAt(revisions.Max()) : Precondition.Exists;
    }

    /// <summary>
    /// The condition for a repetition of a refused write, if the key has another of the revisions in <c>If-Match</c>;
    /// otherwise null. The key can have only one of these revisions, so a few tries are enough.
    /// </summary>
    public static Precondition? Next(HttpRequest request, Precondition condition, WriteResult? change) =>
        change is { IsApplied: false } && condition.Kind == PreconditionKind.WrittenAt
        && change.FoundRevision != condition.Revision
        && Revisions(request.Headers.IfMatch)?.Contains(change.FoundRevision) == true
            ? Precondition.WrittenAt(change.FoundRevision)
            : null;

    /// <summary>
    /// Evaluates the conditions of a read: the status to answer with instead of the key; null to answer with the key.
    /// </summary>
    /// <param name="revision">The revision of the key's last write; 0 when the key does not exist.</param>
    /// <exception cref="ValidationException">A header has a malformed entity tag.</exception>
    public static int? StatusForRead(HttpRequest request, long revision)
    {
        var (match, noneMatch) = (request.Headers.IfMatch, request.Headers.IfNoneMatch);
        if (match.Count > 0 && !Matches(match, HeaderNames.IfMatch, revision))
            return StatusCodes.Status412PreconditionFailed;
        return noneMatch.Count > 0 && Matches(noneMatch, HeaderNames.IfNoneMatch, revision)
            ? StatusCodes.Status304NotModified
            : null;
    }

    /// <summary>
    /// The key's revision that the client knows, from a single tag in <c>If-None-Match</c>: 0 for a key that does not
    /// exist. Null without such a tag.
    /// </summary>
    public static long? Known(HttpRequest request) =>
        request.Headers.IfNoneMatch is [{ } text]
            ? (text is AbsentTag ? 0 : Revision(text))
            : null;

    private static bool Matches(StringValues values, string header, long revision)
    {
        if (values.Count == 1 && values[0] == Format(revision))
            return true;
        if (!EntityTagHeaderValue.TryParseStrictList(values, out var tags) || tags.Count == 0)
            throw InvalidInput.In(header, $"{header} must be a list of entity tags as in \"42\", or *");
        return revision != 0 && tags.Any(tag => tag.Tag == Any || tag.Tag == Format(revision));
    }

    // Null for "*".
    private static IReadOnlyList<long>? Revisions(StringValues match)
    {
        if (!EntityTagHeaderValue.TryParseStrictList(match, out var tags) || tags.Count == 0)
            throw InvalidInput.In(HeaderNames.IfMatch, MustBeTags);
        return tags.Any(tag => tag.Tag == Any)
            ? (tags.Count == 1 ? null : throw InvalidInput.In(HeaderNames.IfMatch, MustBeTags))
            : [.. tags.Select(
                tag => Revision(tag.Tag.ToString()) ?? throw InvalidInput.In(HeaderNames.IfMatch, MustBeTags))];
    }

    private const string MustBeTags =
        "If-Match on a write must be one or more entity tags from Kv, as in \"42\", or *";

    // Accept weak tags: a gateway that compresses answers weakens them. The tag still identifies the key's state.
    private static long? Revision(string tag) =>
        (tag.StartsWith("W/", StringComparison.Ordinal) ? tag.AsSpan(2) : tag).Trim() is ['"', .. var digits, '"']
        && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
        && revision > 0
            ? revision
            : null;
}
