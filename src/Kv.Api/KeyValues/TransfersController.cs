using System.Runtime.CompilerServices;
using Kv.Api.Errors;
using Kv.Api.Json;
using Kv.Api.OpenApi;
using Kv.Api.Tenants;
using Kv.Application.KeyValues;
using Kv.Domain;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace Kv.Api.KeyValues;

/// <summary>A tenant's keys as a whole, out and in.</summary>
[ApiController]
[Tags("Transfer")]
[ProducesProblem(StatusCodes.Status400BadRequest, "Something in the request is wrong; `errors` names the field and the limit.")]
[ProducesProblem(StatusCodes.Status503ServiceUnavailable, "The store cannot be reached.")]
public sealed class TransfersController : ControllerBase
{
    // Whoever sends everything before reading must not be waited for by one who waits for a reader.
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);

    private readonly IMediator _mediator;
    private readonly TenantHeaders _tenants;
    private readonly StoreFailureLog _storeFailures;
    private readonly Limits _limits;
    private readonly TimeProvider _time;

    /// <summary>Made by the framework for each request.</summary>
    public TransfersController(
        IMediator mediator, TenantHeaders tenants, StoreFailureLog storeFailures, Limits limits, TimeProvider time)
    {
        _mediator = mediator;
        _tenants = tenants;
        _storeFailures = storeFailures;
        _limits = limits;
        _time = time;
    }

    /// <summary>Export keys</summary>
    /// <remarks>A line of JSON for each key, in key order, all of one revision of the store, streamed. An import takes it as it is.</remarks>
    /// <param name="prefix" example="user/">What the keys start with; all keys without it.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    [HttpGet("export")]
    [ResponseHeader(RevisionHeaders.Revision, "The revision of the store from which all keys come.")]
    [ProducesResponseType<TransferredKey>(StatusCodes.Status200OK, Ndjson.ContentType, Description = "The keys, one a line.")]
    public async Task<IActionResult> Export(string? prefix, CancellationToken cancellationToken)
    {
        var (space, app) = _tenants.Read(Request);
        var keys = await _mediator.Send(
            new ListKeyValues(space, app, Request.Text("prefix") ?? "", WithContentTypes: true), cancellationToken);
        Response.SetRevision(keys.Revision);
        return new NdjsonAnswer<TransferredKey>(Lines(), KvJson.Answers.TransferredKey, _storeFailures);

        async IAsyncEnumerable<TransferredKey> Lines()
        {
            if (keys.KeyValues is { } found)
                await foreach (var key in found)
                    yield return TransferredKey.Of(key);
        }
    }

    /// <summary>Import keys</summary>
    /// <remarks>
    /// Takes what an export gives, line by line, however long it is. The answer tells every second how far it is, and in its last
    /// line how it ended: when a line cannot be taken, all before it are done and none behind. To import again does no harm.
    /// </remarks>
    /// <param name="mode" example="overwrite">What to do with keys that exist: `overwrite`, `skip`, or `fail`.</param>
    /// <param name="dryRun" example="false">`true` says what would happen, and writes nothing.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    [HttpPost("import")]
    [DisableRequestSizeLimit]
    [ProducesResponseType<ImportReport>(StatusCodes.Status200OK, Ndjson.ContentType, Description = "How far it is, and in the last line how it ended.")]
    [ProducesProblem(StatusCodes.Status415UnsupportedMediaType, "The body is not `application/x-ndjson`.")]
    [ProducesProblem(
        StatusCodes.Status507InsufficientStorage, "The first lines would take the tenant beyond its quota.", Error = Problems.QuotaExceeded)]
    public async Task<IActionResult> Import(
        string? mode, [FromQuery(Name = "dry_run")] string? dryRun, CancellationToken cancellationToken)
    {
        if (!Ndjson.Is(Request))
            return Problems.Of(
                StatusCodes.Status415UnsupportedMediaType, Problems.InvalidInput, $"Content-Type must be {Ndjson.ContentType}").ToResult();
        var (space, app) = _tenants.Read(Request);
        var command = new ImportKeyValues(
            space, app, ImportLines.Read(Request.BodyReader, _limits.MaxBodyBytes(), cancellationToken),
            Request.OneOf(
                "mode", ImportMode.Overwrite, ("overwrite", ImportMode.Overwrite), ("skip", ImportMode.Skip), ("fail", ImportMode.Fail)),
            Request.OneOf("dry_run", false, ("true", true), ("false", false)));
        var reports = Reports(await _mediator.Send(command, cancellationToken), cancellationToken).GetAsyncEnumerator(cancellationToken);
        // While nothing was answered, an end can still be told by the status.
        await reports.MoveNextAsync();
        if (reports.Current.Error is null)
            return new NdjsonAnswer<ImportReport>(All(reports), KvJson.Answers.ImportReport, _storeFailures);
        await using (reports)
            return Refused(reports.Current).ToResult();
    }

    private static ProblemDetails Refused(ImportReport report)
    {
        var error = report.Error!;
        var (status, what) = error switch
        {
            { IsStoreFailure: true } => (StatusCodes.Status503ServiceUnavailable, "Store unavailable"),
            { IsOverQuota: true } => (StatusCodes.Status507InsufficientStorage, Problems.QuotaExceeded),
            { IsForbidden: true } => (StatusCodes.Status403Forbidden, "Forbidden"),
            _ => (StatusCodes.Status400BadRequest, Problems.InvalidInput),
        };
        var problem = Problems.Of(status, what, $"Line {error.Line}: {error.Message}");
        problem.Extensions["import"] = report;
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
        var last = _time.GetTimestamp();
        await foreach (var progress in import.WithCancellation(cancellationToken))
        {
            if (!progress.IsDone && progress.Error is null && _time.GetElapsedTime(last) < ReportInterval)
                continue;
            last = _time.GetTimestamp();
            yield return ImportReport.Of(progress);
        }
    }
}
