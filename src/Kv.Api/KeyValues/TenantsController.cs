using Kv.Api.Access;
using Kv.Api.Answers;
using Kv.Api.KeyValues.Contracts;
using Kv.Api.OpenApi.Attributes;
using Kv.Application.KeyValues;

namespace Kv.Api.KeyValues;

/// <summary>The tenants.</summary>
[ApiController]
[Route("tenants")]
[Tags("Keys")]
[Tenantless]
[ProducesInvalidInput]
[ProducesStoreUnavailable]
public sealed class TenantsController(IMediator mediator, HeldBytes held) : ControllerBase
{
    /// <summary>List tenants</summary>
    /// <remarks>
    /// The tenants that hold at least one key. If `AUTH` is on, only those whose keys the caller may read; a tenant
    /// that a grant of the caller names is listed whether or not it holds keys. A page may have fewer tenants than
    /// `limit`, even none, although `cursor` leads to more. A `cursor` is valid only for the same `prefix`.
    /// </remarks>
    /// <param name="cursor">The cursor of the previous page.</param>
    /// <param name="prefix" example="sh">The prefix of the namespaces; without it, all namespaces.</param>
    /// <param name="limit" example="100">The maximum number of tenants, 1 to 1000.</param>
    [HttpGet(Name = "listTenants")]
    [Costly]
    [ProducesAnswer<TenantListing>("A page of tenants.")]
    public async Task<IActionResult> List(
        string? cursor, CancellationToken cancellationToken, string? prefix = null, int limit = 100)
    {
        var page = await mediator.Send(new ListTenants(prefix ?? "", limit, cursor), cancellationToken);
        await held.TakeIfLarge(
            Request, page.Tenants.Sum(tenant => (long)tenant.Namespace.Length + tenant.AppName.Length),
            cancellationToken);
        return JsonAnswer.Ok(TenantListing.From(page));
    }
}
