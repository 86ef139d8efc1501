namespace Kv.Domain.KeyValues;

/// <summary>Conditions on keys, with what to do when all of them hold and what to do otherwise; done whole or not at all.</summary>
/// <param name="Conditions">What must hold for <paramref name="Success"/> to be done.</param>
/// <param name="Success">What to do when all conditions hold. It writes no key twice.</param>
/// <param name="Failure">What to do otherwise. It writes no key twice.</param>
public sealed record KeyTransaction(
    IReadOnlyList<KeyCondition> Conditions, IReadOnlyList<KeyOperation> Success, IReadOnlyList<KeyOperation> Failure)
{
    /// <exception cref="KeyWrittenTwiceException">A branch writes a key twice: which of the two is to stand nobody could tell.</exception>
    public void RefuseDoubleWrites()
    {
        foreach (var branch in new[] { Success, Failure })
        {
            var written = new HashSet<Key>();
            foreach (var operation in branch)
                if (operation.Kind != KeyOperationKind.Get && !written.Add(operation.Key))
                    throw new KeyWrittenTwiceException(operation.Key);
        }
    }
}

/// <summary>A transaction writes a key twice.</summary>
/// <param name="key">The key.</param>
public sealed class KeyWrittenTwiceException(Key key) : Exception($"The transaction writes the key '{key}' twice.");

/// <summary>What must hold of a key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Precondition">How it must stand.</param>
/// <param name="Value">The value that it must have, byte for byte; null where <paramref name="Precondition"/> says all.</param>
public sealed record KeyCondition(Key Key, Precondition Precondition, ReadOnlyMemory<byte>? Value = null);

/// <summary>What to do with a key.</summary>
/// <param name="Kind">What.</param>
/// <param name="Key">The key.</param>
/// <param name="Value">The value to set, byte for byte.</param>
/// <param name="Options">How to set it.</param>
public sealed record KeyOperation(
    KeyOperationKind Kind, Key Key, ReadOnlyMemory<byte> Value = default, SetOptions Options = default);

/// <summary>The kinds of <see cref="KeyOperation"/>.</summary>
public enum KeyOperationKind
{
    /// <summary>Reads the key; it sees what was done before it in the same transaction.</summary>
    Get,

    /// <summary>Sets the key.</summary>
    Set,

    /// <summary>Deletes the key.</summary>
    Delete,
}

/// <summary>What became of a transaction.</summary>
/// <param name="Succeeded">Whether its conditions held.</param>
/// <param name="Revision">The revision of the store that it took; where nothing was written, the present one.</param>
/// <param name="Results">
/// For each operation of the branch that was taken, the key as it was read or written; null where there is none (any more).
/// </param>
/// <param name="FoundRevisions">
/// Where the conditions did not hold and there was nothing to do instead: for each, the revision at which its key was last
/// written, 0 for none. Otherwise null.
/// </param>
/// <param name="IsReplayed">Whether it was done before, and this is what became of it then.</param>
public sealed record TransactionOutcome(
    bool Succeeded, long Revision, IReadOnlyList<KeyValue?> Results, IReadOnlyList<long>? FoundRevisions = null, bool IsReplayed = false);
