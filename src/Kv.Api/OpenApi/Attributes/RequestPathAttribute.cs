using Microsoft.OpenApi;

namespace Kv.Api.OpenApi.Attributes;

/// <summary>Declares a path parameter that an action reads from the request without MVC's binding.</summary>
/// <param name="name">The name in the route.</param>
/// <param name="description">The description.</param>
internal sealed class RequestPathAttribute(string name, string description)
    : RequestParameterAttribute(ParameterLocation.Path, name, description);
