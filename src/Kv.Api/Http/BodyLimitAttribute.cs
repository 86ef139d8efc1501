using Microsoft.AspNetCore.Http.Metadata;

namespace Kv.Api.Http;

/// <summary>
/// The limit of a call's body, which routing applies. MVC's own attributes would apply it again, when the body is
/// already being read, and log a warning.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BodyLimitAttribute : Attribute, IRequestSizeLimitMetadata
{
    /// <summary>A call whose body has no limit.</summary>
    public BodyLimitAttribute()
    {
    }

    /// <param name="bytes">The most bytes of a body.</param>
    public BodyLimitAttribute(long bytes) => MaxRequestBodySize = bytes;

    /// <inheritdoc/>
    public long? MaxRequestBodySize { get; }
}
