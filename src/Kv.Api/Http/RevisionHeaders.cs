using System.Globalization;
using FluentValidation;
using Kv.Application.Pipeline;
using Kv.Domain.Storage;

namespace Kv.Api.Http;

/// <summary>The headers of revisions, counts and consistency.</summary>
internal static class RevisionHeaders
{
    /// <summary>The store's revision, on every answer that comes from the store.</summary>
    public const string Revision = "KV-Revision";

    /// <summary>The number of keys, on answers to HEAD requests for a prefix.</summary>
    public const string Count = "KV-Count";

    /// <summary>The consistency of a read: <c>linearizable</c> (the default) or <c>serializable</c>.</summary>
    public const string Consistency = "KV-Consistency";

    /// <summary>The minimum revision of a serializable read.</summary>
    public const string MinRevision = "KV-Min-Revision";

    /// <summary>Sets the store's revision.</summary>
    public static void SetRevision(this HttpResponse response, long revision) =>
        response.Headers[Revision] = revision.ToString(CultureInfo.InvariantCulture);

    /// <summary>Sets the number of keys.</summary>
    public static void SetCount(this HttpResponse response, long count) =>
        response.Headers[Count] = count.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads the options of a read from the headers.</summary>
    /// <exception cref="ValidationException">A header is invalid.</exception>
    public static ReadOptions ReadOptions(this HttpRequest request)
    {
        if (request.Headers[Consistency].Count == 0 && request.Headers[MinRevision].Count == 0)
            return default;
        var consistency = request.Headers[Consistency].ToString() switch
        {
            "" or "linearizable" => ReadConsistency.Linearizable,
            "serializable" => ReadConsistency.Serializable,
            _ => throw InvalidInput.In(Consistency, $"{Consistency} must be linearizable or serializable"),
        };
        var text = request.Headers[MinRevision].ToString();
        if (text.Length == 0)
            return new ReadOptions(consistency);
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? new ReadOptions(consistency, revision)
            : throw InvalidInput.In(MinRevision, $"{MinRevision} must be a revision, 0 or more");
    }
}
