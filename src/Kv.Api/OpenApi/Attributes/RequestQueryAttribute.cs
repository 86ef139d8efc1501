using Microsoft.OpenApi;

namespace Kv.Api.OpenApi.Attributes;

/// <summary>
/// Declares a query parameter that an action reads from the request itself: MVC's binding would cost every request,
/// even without the parameter.
/// </summary>
/// <param name="name">The name of the parameter.</param>
/// <param name="description">The description.</param>
internal sealed class RequestQueryAttribute(string name, string description)
    : RequestParameterAttribute(ParameterLocation.Query, name, description);
