using Kv.Domain.KeyValues;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.KeyValues;

/// <summary>Preconditions of writes as the store judges them: in the same transaction as the write.</summary>
internal static class Conditions
{
    /// <summary>Operations that are done only if the condition on a key holds. If it does not, how the key stands is read.</summary>
    public static Transaction Guard(StoreKey key, Precondition condition, IReadOnlyList<Operation> operations) =>
        condition.Kind == PreconditionKind.None
            ? Transaction.Of(operations)
            : new Transaction([Of(key, condition)], operations, [new Operation.Read(key, keysOnly: true)]);

    /// <summary>What became of a write by <see cref="Guard"/> whose condition did not hold.</summary>
    public static KeyValueWrite Lost(CommitResult result) =>
        new(false, result.Revision, result.Results[0].Entries is [var found] ? found.ModRevision : 0);

    /// <exception cref="ArgumentException">Nothing need hold.</exception>
    public static Compare Of(StoreKey key, Precondition condition) => condition.Kind switch
    {
        PreconditionKind.Exists => Compare.Exists(key),
        PreconditionKind.Absent => Compare.Absent(key),
        PreconditionKind.WrittenAt => Compare.ModRevision(key, CompareRelation.Equal, condition.Revision),
        _ => throw new ArgumentException("There is no condition.", nameof(condition)),
    };

    /// <summary>Whether a condition holds for an entry, or for there being none.</summary>
    public static bool Holds(Precondition condition, Entry? entry) => condition.Kind switch
    {
        PreconditionKind.Exists => entry is not null,
        PreconditionKind.Absent => entry is null,
        PreconditionKind.WrittenAt => entry?.ModRevision == condition.Revision,
        _ => true,
    };
}
