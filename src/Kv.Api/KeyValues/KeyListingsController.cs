using Kv.Api.Access;
using Kv.Api.Answers;
using Kv.Api.Errors;
using Kv.Api.Http;
using Kv.Api.KeyValues.Contracts;
using Kv.Api.OpenApi.Attributes;
using Kv.Api.Tenants;
using Kv.Application.KeyValues;
using Microsoft.AspNetCore.WebUtilities;

namespace Kv.Api.KeyValues;

/// <summary>Calls about the keys with a prefix.</summary>
[ApiController]
[Route("kv")]
[Tags("Keys")]
[ResponseHeader(RevisionHeaders.Revision, "The revision of the store.")]
[ProducesInvalidInput]
[ProducesStoreUnavailable]
public sealed class KeyListingsController(
    IMediator mediator, TenantHeaders tenants, HeldBytes held)
    : TenantControllerBase(tenants)
{
    private const int DefaultLimit = 100;

    /// <summary>List keys, page by page</summary>
    /// <remarks>
    /// In key order. All pages of a listing are read at one revision of the store; later writes do not affect them.
    /// `Link` and `cursor` lead to the next page. A `cursor` is valid only for the same tenant and listing. With
    /// `contains` one page searches for about 0.2 s: it may have no keys although `cursor` leads to more.
    /// </remarks>
    [HttpGet(Name = "listKeys")]
    [Costly]
    [RequestQuery("prefix", "The prefix of the keys; without it, all keys.")]
    [RequestQuery(
        "delimiter", "Keys that contain this after the prefix are grouped in `prefixes`, like files in folders.")]
    [RequestQuery(
        "contains", "Only keys whose names contain this, whatever its letter case; not together with `delimiter`.")]
    [RequestQuery(
        "limit", "The maximum number of keys and prefixes, 1 to 1000; a page with large values has fewer.",
        Example = "100",
        IsNumber = true)]
    [RequestQuery("cursor", "The cursor of the previous page.")]
    [RequestQuery("fields", "`key`, `meta` (everything except the value) or `all`.", Values = ["key", "meta", "all"])]
    [TakesConsistency]
    [TakesMinRevision]
    [ResponseHeader("Link", "The next page, as `rel=\"next\"`.")]
    [ProducesAnswer<KeyPage>("A page of keys.")]
    [ProducesProblem(
        StatusCodes.Status410Gone,
        "The store no longer keeps the revision of this listing; start again without `cursor`.")]
    public async Task<IActionResult> List(CancellationToken cancellationToken)
    {
        // "/kv/" requests a key with an empty name, as in simple-golang-kv.
        if (Request.Path.Value!.EndsWith('/'))
            return await WithoutName(new GetKeyValue(Namespace, AppName, ""), cancellationToken);
        var view = Request.OneOf(
            "fields", KeyFields.All, ("key", KeyFields.Key), ("meta", KeyFields.Meta), ("all", KeyFields.All));
        var query = new KeyValueQuery
        {
            Prefix = Request.Text("prefix") ?? "",
            Delimiter = Request.Text("delimiter"),
            Contains = Request.Text("contains"),
            Limit = Request.Limit(DefaultLimit),
            Fields = view,
            Options = Request.ReadOptions(),
        };
        var share = view == KeyFields.All
            ? await held.Take(Request, IKeyValueListings.PageBytes, cancellationToken)
            : null;
        var page = await mediator.Send(
            new PageKeyValues(Namespace, AppName, query, Request.Text("cursor")), cancellationToken);
        share?.ShrinkTo(page.Items.Sum(item => (long)item.Value.Length));
        Response.SetRevision(page.Revision);
        if (page.Cursor is { } next)
            Response.Headers.Link = $"<{NextPage(next)}>; rel=\"next\"";
        return new StreamedAnswer<ListedKey>(
            page.Items.Select(item => ListedKey.From(item, view)),
            StreamFrame.In(KeyPage.Envelope(page), "items"));
    }

    /// <summary>Count keys</summary>
    /// <remarks>The header `KV-Count` has the number. A key that expired a moment ago may still be counted.</remarks>
    [HttpHead(Name = "countKeys")]
    [Costly]
    [RequestQuery("prefix", "The prefix of the keys; without it, all keys.")]
    [ResponseHeader(RevisionHeaders.Count, "The number of keys.")]
    [ProducesAnswer("The count is in the header `KV-Count`.")]
    public async Task<IActionResult> Count(CancellationToken cancellationToken)
    {
        var counted = await mediator.Send(
            new CountKeyValues(Namespace, AppName, Request.Text("prefix") ?? ""), cancellationToken);
        Response.SetRevision(counted.Revision);
        Response.SetCount(counted.Count);
        return Ok();
    }

    /// <summary>Delete the keys with a prefix</summary>
    /// <remarks>
    /// At most 5000 keys per call, in transactions of 100: repeat the call while `more` is true. Each key counts as one
    /// deletion for watches, webhooks and the audit. After an error some keys may be deleted; the call can be repeated.
    /// </remarks>
    [HttpDelete(Name = "deleteKeys")]
    [Costly]
    [LongLived]
    [RequestQuery("prefix", "The prefix of the keys; it must not be empty.", Example = "user:")]
    [RequestQuery("dry_run", "`true` counts the keys without deleting them.", IsFlag = true)]
    [ProducesAnswer<DeletedKeysAnswer>("The keys are deleted, or counted.")]
    public async Task<IActionResult> Delete(CancellationToken cancellationToken)
    {
        // Without a prefix this deletes a key without a name.
        if (Request.Text("prefix") is not { } prefix)
            return await WithoutName(
                new DeleteKeyValue(Namespace, AppName, "", EntityTags.ForWrite(Request)), cancellationToken);
        var isDryRun = Request.Flag("dry_run");
        var deleted = await mediator.Send(new DeleteKeyValues(Namespace, AppName, prefix, isDryRun), cancellationToken);
        Response.SetRevision(deleted.Revision);
        return JsonAnswer.Ok(DeletedKeysAnswer.From(deleted, isDryRun));
    }

    // The validator of the request refuses the empty key.
    private async Task<IActionResult> WithoutName<T>(IRequest<T> request, CancellationToken cancellationToken)
    {
        await mediator.Send(request, cancellationToken);
        return Problems.NotFound(Problems.KeyNotFound);
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
