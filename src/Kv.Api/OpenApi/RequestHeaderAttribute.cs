using Microsoft.OpenApi;

namespace Kv.Api.OpenApi;

/// <summary>Documents a header that a call takes, where the call reads it from the request itself.</summary>
/// <param name="name">The header.</param>
/// <param name="description">What it is for.</param>
internal sealed class RequestHeaderAttribute(string name, string description)
    : RequestParameterAttribute(ParameterLocation.Header, name, description);
