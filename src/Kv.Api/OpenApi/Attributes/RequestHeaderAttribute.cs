using Microsoft.OpenApi;

namespace Kv.Api.OpenApi.Attributes;

/// <summary>Declares a header that an action reads from the request without MVC's binding.</summary>
/// <param name="name">The name of the header.</param>
/// <param name="description">The description.</param>
internal sealed class RequestHeaderAttribute(string name, string description)
    : RequestParameterAttribute(ParameterLocation.Header, name, description);
