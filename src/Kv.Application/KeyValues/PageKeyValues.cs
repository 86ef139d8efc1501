namespace Kv.Application.KeyValues;

/// <summary>Reads a page of keys. All pages of a listing are read at one revision.</summary>
/// <param name="Cursor">The cursor of the previous page; null for the first page.</param>
public sealed record PageKeyValues(string Namespace, string AppName, KeyValueQuery Query, string? Cursor)
    : IRequest<KeyValuePageDto>, ITenantRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Allow(AccessVerbs.Read, this, Query.Prefix);
}

/// <summary>A page of keys.</summary>
/// <param name="Prefixes">The common prefixes of grouped keys.</param>
/// <param name="Cursor">The cursor of the next page; null on the last page.</param>
/// <param name="Revision">The revision at which the page was read.</param>
/// <param name="Searched"><inheritdoc cref="KeyValuePage.Searched" path="/summary"/></param>
public sealed record KeyValuePageDto(
    IReadOnlyList<KeyValueDto> Items, IReadOnlyList<string> Prefixes, string? Cursor, long Revision, int? Searched);

internal sealed class PageKeyValuesValidator : AbstractValidator<PageKeyValues>
{
    public const int MaxLimit = 1000;

    public PageKeyValuesValidator(Limits limits)
    {
        RuleFor(request => request.Query.Prefix).KeyPrefix(limits).OverridePropertyName("prefix");
        RuleFor(request => request.Query.Delimiter)
            .Must(delimiter =>
                delimiter is null || (delimiter.Length > 0 && Text.Length(delimiter) <= limits.MaxKeyLength))
            .WithMessage($"Delimiter must be 1 to {limits.MaxKeyLength} characters")
            .Must(delimiter => delimiter is null || Text.IsWellFormed(delimiter))
            .WithMessage("Delimiter must be well-formed Unicode")
            .OverridePropertyName("delimiter");
        RuleFor(request => request.Query.Contains)
            .Must(text => text is null || (text.Length > 0 && Text.Length(text) <= limits.MaxKeyLength))
            .WithMessage($"Contains must be 1 to {limits.MaxKeyLength} characters")
            .Must(text => text is null || Text.IsWellFormed(text))
            .WithMessage("Contains must be well-formed Unicode")
            .Must((request, text) => text is null || request.Query.Delimiter is null)
            .WithMessage("Contains must not be given together with delimiter: leave one of them out")
            .OverridePropertyName("contains");
        RuleFor(request => request.Query.Limit).PageLimit(MaxLimit).OverridePropertyName("limit");
        this.RuleForTenant(limits);
    }
}

internal sealed class PageKeyValuesHandler(IKeyValueListings keyValues, IListingCursors cursors, IMapper mapper)
    : IRequestHandler<PageKeyValues, KeyValuePageDto>
{
    private const string InvalidCursor = "Cursor must be the unchanged cursor of a page of this listing";

    public async Task<KeyValuePageDto> Handle(PageKeyValues request, CancellationToken cancellationToken)
    {
        var tenant = request.Tenant();
        var query = request.Query;
        if (request.Cursor is { } cursor)
            query = query with
            {
                From = await cursors.Read(tenant, query, cursor, cancellationToken)
                    ?? throw InvalidInput.In("cursor", InvalidCursor),
            };
        var page = await keyValues.Page(tenant, query, cancellationToken);
        var next = page.Next is { } position ? await cursors.Write(tenant, query, position, cancellationToken) : null;
        return new KeyValuePageDto(
            [.. page.KeyValues.Select(mapper.Map<KeyValueDto>)], page.Prefixes, next, page.Revision, page.Searched);
    }
}
