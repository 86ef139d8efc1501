using Kv.Domain.KeyValues;

namespace Kv.Domain.Transactions;

/// <summary>
/// Conditions on keys, the operations to execute when all conditions hold, and those to execute otherwise. The
/// transaction is atomic.
/// </summary>
/// <param name="Conditions">The conditions for <paramref name="Success"/>.</param>
/// <param name="Success">The operations when all conditions hold. They write no key twice.</param>
/// <param name="Failure">The operations otherwise. They write no key twice.</param>
public sealed record KeyTransaction(
    IReadOnlyList<KeyCondition> Conditions, IReadOnlyList<KeyOperation> Success, IReadOnlyList<KeyOperation> Failure)
{
    /// <exception cref="KeyWrittenTwiceException">
    /// A branch writes a key twice. The result would be ambiguous.
    /// </exception>
    public void RefuseDoubleWrites()
    {
        foreach (var branch in new[] { Success, Failure })
        {
            var written = new HashSet<Key>();
            foreach (var operation in branch)
                if (!operation.Kind.IsRead() && !written.Add(operation.Key))
                    throw new KeyWrittenTwiceException(operation.Key);
        }
    }
}

/// <summary>A transaction writes a key twice.</summary>
public sealed class KeyWrittenTwiceException(Key key) : Exception($"The transaction writes the key '{key}' twice.");

/// <summary>A condition on a key.</summary>
/// <param name="Precondition">The condition on its existence or revision.</param>
/// <param name="Value">The required value, byte for byte; null for any value.</param>
public sealed record KeyCondition(Key Key, Precondition Precondition, ReadOnlyMemory<byte>? Value = null);

/// <summary>An operation on a key.</summary>
/// <param name="Value">The value to set, byte for byte.</param>
/// <param name="Options">Options of a set.</param>
public sealed record KeyOperation(
    KeyOperationKind Kind, Key Key, ReadOnlyMemory<byte> Value = default, SetOptions Options = default);

/// <summary>The result of a transaction.</summary>
/// <param name="Succeeded">Whether the conditions held.</param>
/// <param name="Revision">The revision of the transaction, or the present revision when nothing was written.</param>
/// <param name="Results">
/// For each operation of the executed branch, the key as read or written; null when the key does not exist (any
/// longer).
/// </param>
/// <param name="FoundRevisions">
/// When the conditions failed and the failure branch is empty: for each condition, the revision of its key's last
/// write, 0 for no key. Otherwise null.
/// </param>
/// <param name="IsReplayed">Whether this is the stored result of an earlier execution.</param>
public sealed record TransactionOutcome(
    bool Succeeded, long Revision, IReadOnlyList<KeyValue?> Results, IReadOnlyList<long>? FoundRevisions = null,
    bool IsReplayed = false);
