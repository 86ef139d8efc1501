using Kv.Application.KeyValues;
using Kv.Domain.Transactions;

namespace Kv.Application.Transfers;

/// <summary>
/// Copies the keys with a prefix to the same names with another prefix, a page per call. All pages are read at one
/// revision. Values keep their content types and their expiry.
/// </summary>
/// <param name="From">The prefix of the keys.</param>
/// <param name="To">The prefix of the copies.</param>
/// <param name="Overwrites">Whether to overwrite keys that exist; otherwise they are kept.</param>
/// <param name="IsDryRun">Whether to report the result without writing.</param>
/// <param name="Cursor">The cursor of the previous page; null for the first page.</param>
public sealed record CopyKeyValues(
    string Namespace, string AppName, string From, string To, bool Overwrites, bool IsDryRun, string? Cursor)
    : IRequest<KeyCopies>, ITenantRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) =>
        caller.Allow(AccessVerbs.Read, this, From) && caller.Allow(AccessVerbs.Write, this, To);
}

/// <summary>The result of copying a page.</summary>
/// <param name="Copied">The number of written copies (in a dry run: copies to write).</param>
/// <param name="Existing">The number of keys that were not copied because the new name exists.</param>
/// <param name="Invalid">The number of keys that were not copied because the new name is invalid.</param>
/// <param name="Cursor">The cursor of the next page; null on the last page.</param>
public sealed record KeyCopies(long Copied = 0, long Existing = 0, long Invalid = 0, string? Cursor = null);

internal sealed class CopyKeyValuesValidator : AbstractValidator<CopyKeyValues>
{
    public CopyKeyValuesValidator(Limits limits)
    {
        RuleFor(request => request.From).KeyPrefix(limits);
        RuleFor(request => request.To).KeyPrefix(limits)
            .Must((request, to) => to != request.From).WithMessage("To must not be the same prefix as from");
        this.RuleForTenant(limits);
    }
}

internal sealed class CopyKeyValuesHandler(
    IKeyValueListings listings, IListingCursors cursors, IKeyValueRepository keyValues,
    IKeyValueTransactions transactions, IValidator<KeyOperationInput> validator, Limits limits, TimeProvider time)
    : IRequestHandler<CopyKeyValues, KeyCopies>
{
    private const int MaxKeys = 500;

    public async Task<KeyCopies> Handle(CopyKeyValues request, CancellationToken cancellationToken)
    {
        var tenant = request.Tenant();
        var query = new KeyValueQuery
        {
            Prefix = request.From,
            Limit = MaxKeys,
            Fields = request.IsDryRun ? KeyFields.Meta : KeyFields.All,
        };
        if (request.Cursor is { } cursor)
            query = query with
            {
                From = await cursors.Read(tenant, query, cursor, cancellationToken)
                    ?? throw InvalidInput.In("cursor", "Cursor must be the unchanged cursor of this copy"),
            };
        var page = await listings.Page(tenant, query, cancellationToken);
        var copies = await Write(tenant, request, page.KeyValues, cancellationToken);
        return copies with
        {
            Cursor = page.Next is { } next ? await cursors.Write(tenant, query, next, cancellationToken) : null,
        };
    }

    private async Task<KeyCopies> Write(
        Tenant tenant, CopyKeyValues request, IReadOnlyList<KeyValue> found, CancellationToken cancellationToken)
    {
        IImportWriter writer = request.IsDryRun
            ? new ImportDryRun(keyValues)
            : new ImportWriter(keyValues, transactions, limits);
        var mode = request.Overwrites ? ImportMode.Overwrite : ImportMode.Skip;
        var batch = new ImportBatch();
        var copies = new KeyCopies();
        foreach (var keyValue in found)
        {
            var name = request.To + keyValue.Key.Value[request.From.Length..];
            if (!validator.Validate(new KeyOperationInput(KeyOperationKind.Set, name)).IsValid)
            {
                copies = copies with { Invalid = copies.Invalid + 1 };
                continue;
            }
            var copy = new ImportLine(
                Number: 0, name, keyValue.Value, TimeToLive.Never, keyValue.Expiry?.ExpireAt, keyValue.ContentType);
            if (!batch.HasRoomFor(copy))
                await WriteBatch();
            batch.Add(copy);
        }
        await WriteBatch();
        return copies;

        async Task WriteBatch()
        {
            var living = batch.Take().Where(copy => !(copy.ExpireAt <= time.GetUtcNow().ToUnixTimeSeconds())).ToList();
            var (written, existing, error) = await writer.Write(tenant, living, mode, cancellationToken);
            if (error?.Cause is { } cause)
                throw cause;
            copies = copies with { Copied = copies.Copied + written, Existing = copies.Existing + existing };
        }
    }
}
