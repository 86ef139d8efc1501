using System.Runtime.CompilerServices;
using System.Text.Json;
using Kv.Api.Access;
using Kv.Api.Answers;
using Kv.Api.Errors;
using Kv.Api.Http;
using Kv.Api.Json;
using Kv.Api.OpenApi.Attributes;
using Kv.Api.Tenants;
using Kv.Application.KeyValues;
using Kv.Application.Transfers;

namespace Kv.Api.Transfers;

/// <summary>Exports and imports of a tenant's keys.</summary>
[ApiController]
[Tags("Transfer")]
[ProducesInvalidInput]
[ProducesStoreUnavailableForWrites]
public sealed class TransfersController(
    IMediator mediator, TenantHeaders tenants, RequestFailures failures, HeldBytes held, Limits limits,
    TimeProvider time)
    : TenantControllerBase(tenants)
{
    private const string Lines =
        "{\"key\":\"user:42\",\"value\":\"Ada Lovelace\",\"expire_at\":4102444800}\n"
        + "{\"key\":\"user:43\",\"value\":\"Grace Hopper\",\"ttl\":\"never\"}\n";

    private const string ReportLines =
        "{\"read\":1000,\"written\":1000,\"skipped\":0,\"expired\":0}\n"
        + "{\"done\":true,\"read\":1700,\"written\":1700,\"skipped\":0,\"expired\":0}\n";

    // A client may send its whole body before it reads the answer. Few reports fit into the socket's buffers, so
    // neither side waits for the other forever.
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);

    /// <summary>Export keys</summary>
    /// <remarks>
    /// One line of JSON for each key, in key order, read at one revision of the store and streamed. An import accepts
    /// the export unchanged.
    /// </remarks>
    [HttpGet("export", Name = "exportKeys")]
    [Costly]
    [LongLived]
    [RequestQuery("prefix", "The prefix of the keys; without it, all keys.")]
    [ResponseHeader(RevisionHeaders.Revision, "The revision at which all keys are read.")]
    [ProducesAnswer<TransferredKey>("The keys, one per line.", ContentType = Ndjson.ContentType)]
    [Streams(Ndjson.ContentType, Lines)]
    public async Task<IActionResult> Export(CancellationToken cancellationToken)
    {
        await held.Take(Request, IKeyValueListings.PageBytes, cancellationToken);
        var keys = await mediator.Send(
            new ListKeyValues(Namespace, AppName, Request.Text("prefix") ?? "", WithContentTypes: true),
            cancellationToken);
        Response.SetRevision(keys.Revision);
        var lines = (keys.KeyValues ?? AsyncEnumerable.Empty<KeyValueDto>()).Select(TransferredKey.From);
        return new StreamedAnswer<TransferredKey>(lines, StreamFrame.Lines);
    }

    /// <summary>Import keys</summary>
    /// <remarks>
    /// Reads an export of any length line by line. The answer reports the progress every second, and the end in its
    /// last line. At an invalid line the import ends: all earlier lines are done and no later one is. An import can be
    /// repeated safely. It also ends when its credential is revoked or expires.
    /// </remarks>
    [HttpPost("import", Name = "importKeys")]
    [Costly]
    [LongLived(ReportsEnd = true)]
    [RequestQuery(
        "mode", "The treatment of keys that exist: `overwrite`, `skip` or `fail`.",
        Values = ["overwrite", "skip", "fail"])]
    [RequestQuery("dry_run", "`true` reports the result without writing.", IsFlag = true)]
    [BodyLimit]
    [ProducesAnswer<ImportReport>("The progress, and the end in the last line.", ContentType = Ndjson.ContentType)]
    [ProducesProblem(StatusCodes.Status415UnsupportedMediaType, "The body is not `application/x-ndjson`.")]
    [ProducesProblem(
        StatusCodes.Status507InsufficientStorage,
        "The store is too full for the first lines, or they exceed the tenant's quota (see `error`).")]
    [ProducesProblem(
        StatusCodes.Status413PayloadTooLarge, "The first lines exceed the store's limit for a transaction.")]
    [Streams(
        Ndjson.ContentType, ReportLines, BodyExample = Lines,
        Body = "One line of JSON for each key, as in an export; `ttl` is accepted instead of `expire_at`.")]
    public async Task<IActionResult> Import(CancellationToken cancellationToken)
    {
        if (!Ndjson.Is(Request))
            return Problems.Create(
                StatusCodes.Status415UnsupportedMediaType, Problems.InvalidInput,
                $"Content-Type must be {Ndjson.ContentType}").ToResult();
        var command = new ImportKeyValues(
            Namespace, AppName, ImportLines.Read(
                Request.BodyReader, limits.MaxBodyBytes(), LongLivedCalls.CredentialEnded(HttpContext),
                cancellationToken),
            Request.OneOf(
                "mode", ImportMode.Overwrite, ("overwrite", ImportMode.Overwrite), ("skip", ImportMode.Skip),
                ("fail", ImportMode.Fail)),
            Request.Flag("dry_run"));
        var reports = Reports(await mediator.Send(command, cancellationToken), cancellationToken).GetAsyncEnumerator(
            cancellationToken);
        // Until the response begins, a failure can still be reported by the status.
        await reports.MoveNextAsync();
        if (reports.Current.Error is null)
            return new StreamedAnswer<ImportReport>(All(reports), StreamFrame.UrgentLines);
        await using (reports)
            return Refused(reports.Current).ToResult();
    }

    private ProblemDetails Refused(ImportReport report)
    {
        var error = report.Error!;
        var failure = error.Cause is { } cause
            ? Failure.From(cause)
            : new Failure(Problems.Create(StatusCodes.Status400BadRequest, Problems.InvalidInput));
        (failure with { IsOutcomeUnknown = error.UnknownThrough is not null }).SetHeaders(Response);
        var problem = failure.Problem;
        problem.Detail = $"Line {error.Line}: {error.Message}";
        problem.Extensions["import"] = JsonSerializer.SerializeToElement(report, KvJson.TypeOf<ImportReport>());
        failures.Answers(HttpContext, problem, problem.Detail!);
        return problem;
    }

    private static async IAsyncEnumerable<ImportReport> All(IAsyncEnumerator<ImportReport> reports)
    {
        await using (reports)
        {
            do
                yield return reports.Current;
            while (await reports.MoveNextAsync());
        }
    }

    private async IAsyncEnumerable<ImportReport> Reports(
        IAsyncEnumerable<ImportProgress> import, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = time.GetTimestamp();
        await foreach (var progress in import.WithCancellation(cancellationToken))
        {
            if (!progress.IsDone && progress.Error is null && time.GetElapsedTime(last) < ReportInterval)
                continue;
            last = time.GetTimestamp();
            yield return ImportReport.From(progress);
        }
    }
}
