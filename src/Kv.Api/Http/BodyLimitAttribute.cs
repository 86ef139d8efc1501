using Microsoft.AspNetCore.Http.Metadata;

namespace Kv.Api.Http;

/// <summary>
/// The limit of a call's body, which routing applies. MVC's own attributes would apply it again, when the body is
/// already being read, and log a warning.
/// </summary>
/// <param name="bytes">The most bytes of a body; negative for a body without a limit.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BodyLimitAttribute(long bytes = -1) : Attribute, IRequestSizeLimitMetadata
{
    public long? MaxRequestBodySize => bytes < 0 ? null : bytes;
}
