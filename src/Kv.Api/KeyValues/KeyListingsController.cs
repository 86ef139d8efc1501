using System.Globalization;
using Kv.Api.Errors;
using Kv.Api.Json;
using Kv.Api.OpenApi;
using Kv.Api.Tenants;
using Kv.Application.KeyValues;
using Kv.Domain.KeyValues;
using MediatR;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace Kv.Api.KeyValues;

/// <summary>Many keys at a time.</summary>
[ApiController]
[Route("kv")]
[Tags("Keys")]
[ResponseHeader(RevisionHeaders.Revision, "The revision of the store.")]
[ProducesProblem(StatusCodes.Status400BadRequest, "Something in the request is wrong; `errors` names the field and the limit.")]
[ProducesProblem(StatusCodes.Status503ServiceUnavailable, "The store cannot be reached.")]
public sealed class KeyListingsController : ControllerBase
{
    internal const string CountHeader = "KV-Count";
    private const int StandardLimit = 100;

    private readonly IMediator _mediator;
    private readonly TenantHeaders _tenants;

    /// <summary>Made by the framework for each request.</summary>
    public KeyListingsController(IMediator mediator, TenantHeaders tenants)
    {
        _mediator = mediator;
        _tenants = tenants;
    }

    /// <summary>List keys, page by page</summary>
    /// <remarks>
    /// In key order. All pages of a listing come from one revision of the store, whatever is written meanwhile. `Link` leads to the
    /// next page, as does `cursor`, which is good for this tenant and this listing only.
    /// </remarks>
    /// <param name="prefix" example="user/">What the keys start with; all keys without it.</param>
    /// <param name="delimiter" example="/">Keys that hold this behind the prefix come as one of `prefixes`, as folders do.</param>
    /// <param name="limit" example="100">How many keys and prefixes at most, 1 to 1000; a page of large values holds fewer.</param>
    /// <param name="cursor">Where the page before said that it goes on.</param>
    /// <param name="fields" example="meta">`key`, `meta` (all but the value) or `all`.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    [HttpGet]
    [RequestHeader(RevisionHeaders.Consistency, "`linearizable`, or `serializable` for an answer that may be stale.")]
    [RequestHeader(RevisionHeaders.MinRevision, "The revision that a `serializable` answer must have seen.")]
    [ResponseHeader("Link", "The next page, as `rel=\"next\"`.")]
    [ProducesResponseType<KeyPage>(StatusCodes.Status200OK, "application/json", Description = "A page of keys.")]
    [ProducesProblem(StatusCodes.Status410Gone, "The store no longer keeps the revision from which this listing came; begin again.")]
    public async Task<IActionResult> List(
        string? prefix, string? delimiter, string? limit, string? cursor, string? fields, CancellationToken cancellationToken)
    {
        // "/kv/" asks for a key without a name, as it always did.
        if (Request.Path.Value!.EndsWith('/'))
            return await WithoutName(cancellationToken);
        var view = Request.OneOf(
            "fields", KeyFields.All, ("key", KeyFields.Key), ("meta", KeyFields.Meta), ("all", KeyFields.All));
        var query = new KeyValueQuery
        {
            Prefix = Request.Text("prefix") ?? "",
            Delimiter = Request.Text("delimiter"),
            Limit = (int)Math.Clamp(Request.Number("limit") ?? StandardLimit, int.MinValue, int.MaxValue),
            Fields = view,
            Options = Request.ReadOptions(),
        };
        var (space, app) = _tenants.Read(Request);
        var page = await _mediator.Send(new PageKeyValues(space, app, query, Request.Text("cursor")), cancellationToken);
        Response.SetRevision(page.Revision);
        if (page.Cursor is { } next)
            Response.Headers.Link = $"<{NextPage(next)}>; rel=\"next\"";
        return new JsonAnswer<KeyPage>(StatusCodes.Status200OK, KeyPage.Of(page, view), KvJson.Answers.KeyPage);
    }

    /// <summary>Count keys</summary>
    /// <remarks>The number is in the header `KV-Count`. A key that has expired a moment ago may still be counted.</remarks>
    /// <param name="prefix" example="user/">What the keys start with; all keys without it.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    [HttpHead]
    [ResponseHeader(CountHeader, "How many keys there are.")]
    [ProducesResponseType(StatusCodes.Status200OK, Description = "They are counted.")]
    public async Task<IActionResult> Count(string? prefix, CancellationToken cancellationToken)
    {
        var (space, app) = _tenants.Read(Request);
        var counted = await _mediator.Send(new CountKeyValues(space, app, Request.Text("prefix") ?? ""), cancellationToken);
        Response.SetRevision(counted.Revision);
        Response.Headers[CountHeader] = counted.Count.ToString(CultureInfo.InvariantCulture);
        return Ok();
    }

    private async Task<IActionResult> WithoutName(CancellationToken cancellationToken)
    {
        var (space, app) = _tenants.Read(Request);
        await _mediator.Send(new GetKeyValue(space, app, ""), cancellationToken);
        return Problems.Of(StatusCodes.Status404NotFound, Problems.KeyNotFound).ToResult();
    }

    private string NextPage(string cursor)
    {
        var query = Request.Query
            .Where(parameter => parameter.Key != "cursor")
            .Select(parameter => KeyValuePair.Create(parameter.Key, (string?)parameter.Value.ToString()))
            .Append(new("cursor", cursor));
        return QueryHelpers.AddQueryString($"{Request.PathBase}{Request.Path}", query);
    }
}
