using Kv.Api.Access;
using Kv.Api.Answers;
using Kv.Api.Errors;
using Kv.Api.OpenApi.Attributes;
using Kv.Application.Audit;

namespace Kv.Api.Audit;

/// <summary>The audit records.</summary>
[ApiController]
[Route("admin/audit")]
[Tags("Audit")]
[Administrative]
[ServiceFilter<AuditInStoreFilter>]
public sealed class AuditController(IMediator mediator, HeldBytes held) : ControllerBase
{
    /// <summary>List audit records</summary>
    /// <remarks>
    /// For administrators if `AUTH` is on. Records are sorted by the time of the request, oldest first. A change that
    /// waited for the store can therefore appear before changes that were applied earlier. A client that follows the
    /// records must begin each request with a `from` one minute before its last record, and drop the records whose `id`
    /// it has already seen. A record is written in the same transaction as its changes and kept for `AUDIT_RETENTION`.
    /// Refused and failed requests and expiries have no record.
    /// </remarks>
    /// <param name="namespace" example="shop">
    /// The namespace. Without `namespace` and `app`, the answer has the records of the deployment: the changes of API
    /// keys.
    /// </param>
    /// <param name="app" example="billing">The app.</param>
    /// <param name="from" example="2026-01-01T00:00:00Z">
    /// The start, inclusive: a time (RFC 3339) or a day (UTC).
    /// </param>
    /// <param name="to" example="2026-02-01">The end, exclusive: a time (RFC 3339) or a day (UTC).</param>
    /// <param name="cursor">The cursor of the previous page.</param>
    /// <param name="limit" example="100">The maximum number of records, 1 to 1000.</param>
    [HttpGet(Name = "listAuditRecords")]
    [Costly]
    [ProducesAnswer<AuditListing>("A page of records.")]
    [ProducesInvalidInput]
    [ProducesProblem(StatusCodes.Status404NotFound, "`AUDIT` is not `store`.", Error = Problems.AuditNotKept)]
    [ProducesStoreUnavailable]
    public async Task<IActionResult> List(
        string? @namespace, string? app, string? from, string? to, string? cursor, CancellationToken cancellationToken,
        int limit = 100)
    {
        var page = await mediator.Send(
            new ListAuditRecords(@namespace, app, from, to, cursor, limit), cancellationToken);
        await held.TakeIfLarge(
            Request,
            page.Items.Sum(record => record.Actor.Length
                + record.Changes.Sum(change => (long)change.Operation.Length + change.Target.Length)),
            cancellationToken);
        return new StreamedAnswer<AuditEntry>(
            page.Items.Select(AuditEntry.From),
            StreamFrame.In(new AuditListing { Items = [], Cursor = page.Cursor }, "items"));
    }
}
