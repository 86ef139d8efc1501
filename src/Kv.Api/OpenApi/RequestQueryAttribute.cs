using Microsoft.OpenApi;

namespace Kv.Api.OpenApi;

/// <summary>
/// Documents a parameter of the query string, where the call reads it from the request itself: binding one that is not there would cost each
/// request.
/// </summary>
/// <param name="name">The parameter.</param>
/// <param name="description">What it is for.</param>
internal sealed class RequestQueryAttribute(string name, string description)
    : RequestParameterAttribute(ParameterLocation.Query, name, description);
