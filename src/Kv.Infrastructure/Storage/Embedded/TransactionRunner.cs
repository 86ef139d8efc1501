namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>Does one transaction of the waist on the table, within a transaction of the database.</summary>
internal sealed class TransactionRunner(EntryTable entries)
{
    /// <param name="transaction">The transaction.</param>
    /// <param name="second">The second of Unix time that it is.</param>
    /// <param name="revision">The store's revision; what is written takes the next one.</param>
    /// <param name="operations">The branch that was taken.</param>
    public CommitResult Run(Transaction transaction, long second, long revision, out IReadOnlyList<Operation> operations)
    {
        var succeeded = Holds(transaction.Compares, second);
        operations = succeeded ? transaction.Then : transaction.Otherwise;
        var results = new OperationResult[operations.Count];
        var wrote = false;
        for (var i = 0; i < results.Length; i++)
        {
            switch (operations[i])
            {
                case Operation.Put put:
                    entries.Put(put, revision + 1);
                    results[i] = OperationResult.Written;
                    wrote = true;
                    break;
                case Operation.Delete delete:
                    var deleted = entries.Delete(delete.Keys, revision + 1);
                    results[i] = new OperationResult(deleted, []);
                    wrote |= deleted > 0;
                    break;
                case Operation.Read read:
                    results[i] = new OperationResult(0, entries.Range(read.Keys, second, read.Limit));
                    break;
                default:
                    throw new ArgumentException($"Unknown operation {operations[i].GetType().Name}.", nameof(transaction));
            }
        }
        return new CommitResult(succeeded, wrote ? revision + 1 : revision, results);
    }

    private bool Holds(IReadOnlyList<Compare> compares, long second)
    {
        for (var i = 0; i < compares.Count; i++)
            if (!Holds(compares[i], second))
                return false;
        return true;
    }

    private bool Holds(Compare compare, long second)
    {
        var found = entries.Range(compare.Range, second, keysOnly: compare.Target != CompareTarget.Value);
        // As etcd has it: an absent key compares as zeros, and has no value to compare.
        if (found.Count == 0)
            return compare.Target != CompareTarget.Value && Relates(0L.CompareTo(compare.Number), compare.Relation);
        return found.All(entry => Relates(Order(entry, compare), compare.Relation));
    }

    private static int Order(Entry entry, Compare compare) => compare.Target switch
    {
        CompareTarget.ModRevision => entry.ModRevision.CompareTo(compare.Number),
        CompareTarget.CreateRevision => entry.CreateRevision.CompareTo(compare.Number),
        CompareTarget.Version => entry.Version.CompareTo(compare.Number),
        _ => entry.Value.Span.SequenceCompareTo(compare.Bytes.Span),
    };

    private static bool Relates(int order, CompareRelation relation) => relation switch
    {
        CompareRelation.Equal => order == 0,
        CompareRelation.NotEqual => order != 0,
        CompareRelation.Greater => order > 0,
        _ => order < 0,
    };
}
