using Kv.Api.Access;
using Kv.Api.Answers;
using Kv.Api.Json;
using Kv.Api.KeyValues;
using Kv.Api.OpenApi.Attributes;
using Kv.Api.Tenants;

namespace Kv.Api.Transfers;

/// <summary>Copies of keys within a tenant.</summary>
[ApiController]
[Route("copy")]
[Tags("Transfer")]
[ProducesInvalidInput]
[ProducesStoreUnavailableForWrites]
public sealed class CopiesController(IMediator mediator, TenantHeaders tenants, HeldBytes held, CopyTurns turns)
    : TenantControllerBase(tenants)
{
    /// <summary>Copy the keys with a prefix</summary>
    /// <remarks>
    /// Each key keeps its media type and its expiry. One call copies at most 500 keys, fewer if the values are large:
    /// repeat it with `cursor` until that is null. All calls read the keys at one revision of the store, so later
    /// writes do not affect them. After an error some keys may be copied; the call can be repeated.
    /// </remarks>
    [HttpPost(Name = "copyKeys")]
    [RequestJson<CopyKeysBody>]
    [Costly]
    [LongLived]
    [ProducesAnswer<CopiedKeysAnswer>("The keys are copied, or counted.")]
    [ProducesProblem(
        StatusCodes.Status410Gone,
        "The store no longer keeps the revision of this copy; start again without `cursor`.")]
    [ProducesBodyTooLarge]
    [ProducesNotJson]
    [ProducesNoRoom]
    public async Task<IActionResult> Copy(CancellationToken cancellationToken)
    {
        var body = await Request.ReadBody<CopyKeysBody>();
        using var turn = body.DryRun is true ? null : await turns.Take(Request, cancellationToken, CopyTurns.AtOnce);
        // A page of values is in memory until it is written.
        await held.Take(Request, IKeyValueListings.PageBytes, cancellationToken);
        var copies = await mediator.Send(body.ToRequest(Namespace, AppName), cancellationToken);
        return JsonAnswer.Ok(CopiedKeysAnswer.From(copies, body.DryRun ?? false));
    }
}
