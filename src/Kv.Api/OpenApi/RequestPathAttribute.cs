using Microsoft.OpenApi;

namespace Kv.Api.OpenApi;

/// <summary>Documents the part of the path that a call takes, where it reads it from the request itself.</summary>
/// <param name="name">Its name in the route.</param>
/// <param name="description">What it is for.</param>
internal sealed class RequestPathAttribute(string name, string description)
    : RequestParameterAttribute(ParameterLocation.Path, name, description);
