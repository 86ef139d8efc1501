using Kv.Api.Http;
using Microsoft.Net.Http.Headers;

namespace Kv.Api.OpenApi.Attributes;

/// <summary>A write takes the condition <c>If-Match</c>.</summary>
internal sealed class TakesIfMatchAttribute() : RequestHeaderAttribute(
    HeaderNames.IfMatch,
    "Execute only if the key has this `ETag`, for example `\"42\"`, or one of a list; `*` for any.");

/// <summary>A write takes the condition <c>If-None-Match: *</c>.</summary>
internal sealed class TakesIfNoneMatchAttribute() : RequestHeaderAttribute(
    HeaderNames.IfNoneMatch, "`*`: execute only if the key does not exist.");

/// <summary>A read takes the header <see cref="RevisionHeaders.Consistency"/>.</summary>
internal sealed class TakesConsistencyAttribute : RequestHeaderAttribute
{
    public TakesConsistencyAttribute()
        : base(RevisionHeaders.Consistency, "`linearizable`, or `serializable` for an answer that may be stale.") =>
        Values = ["linearizable", "serializable"];
}

/// <summary>A read takes the header <see cref="RevisionHeaders.MinRevision"/>.</summary>
internal sealed class TakesMinRevisionAttribute : RequestHeaderAttribute
{
    public TakesMinRevisionAttribute()
        : base(RevisionHeaders.MinRevision, "The minimum revision of a `serializable` answer.") => IsNumber = true;
}

/// <summary>A call on keys takes the query parameter <see cref="KeyPath.Literal"/>.</summary>
internal sealed class TakesLiteralAttribute : RequestQueryAttribute
{
    public TakesLiteralAttribute()
        : base(KeyPath.Literal, "`true` means a key whose name ends in `*` instead of a prefix.") => IsFlag = true;
}
