using System.Globalization;
using FluentValidation;
using FluentValidation.Results;
using Kv.Domain.KeyValues;
using Kv.Domain.Storage;

namespace Kv.Api.KeyValues;

/// <summary>The headers by which callers learn of revisions, and say how fresh an answer must be.</summary>
internal static class RevisionHeaders
{
    /// <summary>The store's revision, on every answer that comes from the store.</summary>
    public const string Revision = "KV-Revision";

    /// <summary>How fresh an answer must be: <c>linearizable</c> (the default) or <c>serializable</c>.</summary>
    public const string Consistency = "KV-Consistency";

    /// <summary>The revision that a serializable read must have seen.</summary>
    public const string MinRevision = "KV-Min-Revision";

    /// <summary>Tells the store's revision.</summary>
    public static void SetRevision(this HttpResponse response, long revision) =>
        response.Headers[Revision] = revision.ToString(CultureInfo.InvariantCulture);

    /// <summary>Tells the store's revision, and the one at which the key was last written.</summary>
    public static void SetRevisions(this HttpResponse response, long revision, long keyRevision)
    {
        response.SetRevision(revision);
        response.Headers.ETag = EntityTags.Of(keyRevision);
    }

    /// <summary>How the caller asks for a key to be read.</summary>
    /// <exception cref="ValidationException">A header says what it cannot.</exception>
    public static ReadOptions ReadOptions(this HttpRequest request)
    {
        if (request.Headers[Consistency].Count == 0 && request.Headers[MinRevision].Count == 0)
            return default;
        var consistency = request.Headers[Consistency].ToString() switch
        {
            "" or "linearizable" => ReadConsistency.Linearizable,
            "serializable" => ReadConsistency.Serializable,
            _ => throw Invalid(Consistency, $"{Consistency} must be linearizable or serializable"),
        };
        var text = request.Headers[MinRevision].ToString();
        if (text.Length == 0)
            return new ReadOptions(consistency);
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? new ReadOptions(consistency, revision)
            : throw Invalid(MinRevision, $"{MinRevision} must be a revision, 0 or more");
    }

    private static ValidationException Invalid(string header, string message) => new([new ValidationFailure(header, message)]);
}
