using Kv.Api.Http;
using Kv.Api.Tenants;
using Kv.Application.KeyValues;
using Kv.Domain.Access;

namespace Kv.Api.KeyValues;

/// <summary>
/// With <c>COMPAT_ENCODED_KEYS</c>, finds keys that simple-golang-kv stored under their encoded names.
/// </summary>
/// <param name="areEncoded">Whether such keys may exist.</param>
public sealed class StoredNames(bool areEncoded, IMediator mediator, TenantHeaders tenants)
{
    /// <summary>The name under which a key is stored.</summary>
    /// <param name="request">The request with the encoded path.</param>
    /// <param name="name">The decoded name.</param>
    /// <param name="verb">The verb of the request.</param>
    internal ValueTask<string> Find(HttpRequest request, string name, AccessVerbs verb) =>
        areEncoded && KeyPath.Encoded(request.HttpContext) is { } encoded && PathSpelling.DecodedName(encoded) == name
            ? new(Find(request, name, encoded, verb))
            : new(name);

    private Task<string> Find(HttpRequest request, string name, string encoded, AccessVerbs verb)
    {
        var (space, app) = tenants.Read(request);
        return mediator.Send(new FindStoredName(space, app, name, encoded, verb), request.HttpContext.RequestAborted);
    }
}
