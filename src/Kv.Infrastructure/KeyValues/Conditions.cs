namespace Kv.Infrastructure.KeyValues;

/// <summary>Preconditions of writes, which the store checks in the same transaction as the write.</summary>
internal static class Conditions
{
    /// <summary>
    /// Operations that are applied only if the condition on a key holds. Otherwise the key's state is read.
    /// </summary>
    public static Transaction Guard(StoreKey key, Precondition condition, IReadOnlyList<Operation> operations) =>
        condition.Kind == PreconditionKind.None
            ? Transaction.Unconditional(operations)
            : new Transaction([ToCompare(key, condition)], operations, [new Operation.Read(key, keysOnly: true)]);

    /// <summary>The outcome of a write by <see cref="Guard"/> whose condition did not hold.</summary>
    public static KeyValueWrite NotMet(CommitResult result) =>
        new(false, result.Revision, result.Results[0].Entries is [var found] ? found.ModRevision : 0);

    /// <exception cref="ArgumentException">The condition is none.</exception>
    public static Compare ToCompare(StoreKey key, Precondition condition) => condition.Kind switch
    {
        PreconditionKind.Exists => Compare.Exists(key),
        PreconditionKind.Absent => Compare.Absent(key),
        PreconditionKind.WrittenAt => Compare.ModRevision(key, CompareRelation.Equal, condition.Revision),
        PreconditionKind.CreatedAt => Compare.CreateRevision(key, CompareRelation.Equal, condition.Revision),
        PreconditionKind.None => throw new ArgumentException("There is no condition.", nameof(condition)),
    };

    /// <summary>Whether a condition holds for an entry, or for its absence.</summary>
    public static bool Holds(Precondition condition, Entry? entry) => condition.Kind switch
    {
        PreconditionKind.Exists => entry is not null,
        PreconditionKind.Absent => entry is null,
        PreconditionKind.WrittenAt => entry?.ModRevision == condition.Revision,
        PreconditionKind.CreatedAt => entry?.CreateRevision == condition.Revision,
        PreconditionKind.None => true,
    };
}
