using System.Runtime.CompilerServices;
using Kv.Domain.Transactions;

namespace Kv.Application.KeyValues;

/// <summary>
/// Renames keys that simple-golang-kv stored percent-encoded to their decoded names, in all tenants. The result reports
/// each key. A key is not renamed when the new name exists or is invalid in Kv.
/// </summary>
/// <param name="IsDryRun">Whether to report the renames without writing.</param>
public sealed record DecodeKeys(bool IsDryRun) : IRequest<IAsyncEnumerable<DecodedKey>>, IAdministrativeRequest;

/// <summary>The result for one key.</summary>
/// <param name="From">The stored name.</param>
/// <param name="To">The decoded name.</param>
/// <param name="Refusal">The reason why the key was not renamed; null when it was, or would be in a dry run.</param>
public sealed record DecodedKey(Tenant Tenant, string From, string To, string? Refusal);

internal sealed class DecodeKeysValidator : AbstractValidator<DecodeKeys>;

internal sealed class DecodeKeysHandler(
    IKeyValueListings listings, IKeyValueRepository keyValues, IKeyValueTransactions transactions,
    IValidator<KeyOperationInput> validator)
    : IRequestHandler<DecodeKeys, IAsyncEnumerable<DecodedKey>>
{
    private const string Exists = "A key of this name exists";

    public Task<IAsyncEnumerable<DecodedKey>> Handle(DecodeKeys request, CancellationToken cancellationToken) =>
        Task.FromResult(DecodeAll(request.IsDryRun, cancellationToken));

    private async IAsyncEnumerable<DecodedKey> DecodeAll(
        bool isDryRun, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (tenant, key) in listings.Names(cancellationToken))
            if (PathSpelling.DecodedName(key.Value) is { } meant)
                yield return new DecodedKey(
                    tenant, key.Value, meant, await Decode(tenant, key, meant, isDryRun, cancellationToken));
    }

    // Null on success.
    private async Task<string?> Decode(
        Tenant tenant, Key from, string meant, bool isDryRun, CancellationToken cancellationToken)
    {
        if (NameError(meant) is { } error)
            return error;
        var to = Key.Parse(meant);
        while ((await keyValues.Get(tenant, from, new ReadOptions(WithContentType: true), cancellationToken)).KeyValue
            is { } found)
        {
            if ((await keyValues.Get(tenant, to, default, cancellationToken)).KeyValue is not null)
                return Exists;
            if (isDryRun
                || (await transactions.Commit(tenant, Rename(found, to), request: null, cancellationToken)).Succeeded)
                return null;
        }
        return "The key was deleted in the meantime";
    }

    // The conditions prevent the loss of a concurrent write: the old key must be unchanged and the new one must not
    // exist.
    private static KeyTransaction Rename(KeyValue found, Key to) => new(
        [new KeyCondition(found.Key, Precondition.WrittenAt(found.Revision)),
        new KeyCondition(to, Precondition.Absent)],
        [
            new KeyOperation(
                KeyOperationKind.Set, to, found.Value,
                new SetOptions(TtlSeconds: null, found.ContentType, ExpireAt: found.Expiry?.ExpireAt)),
            new KeyOperation(KeyOperationKind.Delete, found.Key),
        ],
        []);

    private string? NameError(string name) => validator
        .Validate(new KeyOperationInput(KeyOperationKind.Set, name)).Errors.FirstOrDefault()?.ErrorMessage;
}
