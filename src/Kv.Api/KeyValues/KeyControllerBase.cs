using Kv.Api.Http;
using Kv.Api.OpenApi.Attributes;
using Kv.Api.Tenants;

namespace Kv.Api.KeyValues;

/// <summary>A controller of calls for one key.</summary>
/// <remarks>
/// These are the most frequent calls, so they read the request themselves: MVC's parameter binding would be the most
/// expensive part of a call.
/// </remarks>
[ApiController]
[Route("kv")]
[ResponseHeader("ETag", "The revision of the key's last write, in quotes.")]
[ResponseHeader(RevisionHeaders.Revision, "The revision of the store.")]
[ProducesInvalidInput]
[InvalidInputExample("key", "Key too long (max 100 characters)")]
[ProducesStoreUnavailableForWrites]
public abstract class KeyControllerBase(TenantHeaders tenants) : TenantControllerBase(tenants)
{
    /// <summary>The key in the path.</summary>
    protected string PathKey => Request.PathKey("key");

    /// <summary>Cancelled when the caller disconnects.</summary>
    protected CancellationToken Aborted => HttpContext.RequestAborted;
}
