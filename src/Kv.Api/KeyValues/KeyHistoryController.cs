using Kv.Api.Access;
using Kv.Api.Answers;
using Kv.Api.Errors;
using Kv.Api.Http;
using Kv.Api.KeyValues.Contracts;
using Kv.Api.OpenApi.Attributes;
using Kv.Api.Tenants;
using Kv.Application.KeyValues;
using Kv.Domain.Access;
using HistoryEntry = Kv.Api.KeyValues.Contracts.HistoryEntry;

namespace Kv.Api.KeyValues;

/// <summary>The history of keys.</summary>
[ApiController]
[Route("history")]
[Tags("Keys")]
[ProducesInvalidInput]
[ProducesStoreUnavailable]
public sealed class KeyHistoryController(
    IMediator mediator, TenantHeaders tenants, StoredNames names, HeldBytes held)
    : TenantControllerBase(tenants)
{
    private const int DefaultLimit = 20;

    /// <summary>Get the history of a key</summary>
    /// <remarks>
    /// Newest change first, as far back as the store keeps revisions: etcd until a compaction, the embedded engine for
    /// `HISTORY_REVISIONS`. A page with a `cursor` is not the last one, even if it is empty. A deleted key has a
    /// history as well; the number of concurrent searches for it is limited (503). `GET /kv/{key}?revision=` reads
    /// the value at a past revision.
    /// </remarks>
    [HttpGet("{**key}", Name = "getKeyHistory")]
    [RequestPath("key", "The key, percent-encoded.", Example = "user:42")]
    [Costly]
    [LongLived]
    [RequestQuery(
        "limit", "The maximum number of changes, 1 to 100; a page with large values has fewer.", Example = "20",
        IsNumber = true)]
    [RequestQuery("cursor", "The cursor of the previous page.")]
    [ProducesAnswer<KeyHistoryAnswer>("A page of the key's history.")]
    [ProducesProblem(StatusCodes.Status404NotFound, "The store has neither the key nor its history.")]
    public async Task<IActionResult> Get(CancellationToken cancellationToken)
    {
        var most = Request.Limit(DefaultLimit);
        var key = await names.Find(Request, Request.PathKey("key"), AccessVerbs.Read);
        var before = Request.Number("cursor");
        var share = await held.Take(Request, IKeyValueListings.PageBytes, cancellationToken);
        var history = await mediator.Send(new GetKeyHistory(Namespace, AppName, key, before, most), cancellationToken);
        share.ShrinkTo(history.Changes.Sum(change => (long)(change.Value?.Length ?? 0)));
        if (history.Changes.Count == 0 && before is null && history.Before is null)
            return Problems.NotFound(Problems.KeyNotFound);
        return new StreamedAnswer<HistoryEntry>(
            history.Changes.Select(HistoryEntry.From),
            StreamFrame.In(KeyHistoryAnswer.Envelope(key, history), "items"));
    }
}
