namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>Applies one transaction of the waist to the table, within a transaction of the database.</summary>
internal sealed class TransactionRunner(EntryTable entries)
{
    /// <param name="second">The current second of Unix time.</param>
    /// <param name="revision">The store's revision; writes take the next one.</param>
    public CommitResult Run(Transaction transaction, long second, long revision)
    {
        var wrote = false;
        var choice = Choose(transaction, second);
        var results = Apply(choice, second, revision + 1, ref wrote);
        return new CommitResult(choice.Succeeded, wrote ? revision + 1 : revision, results);
    }

    // All branches, including those of nested transactions, are chosen before any write.
    private Choice Choose(Transaction transaction, long second)
    {
        var succeeded = Holds(transaction.Compares, second);
        var operations = succeeded ? transaction.Then : transaction.Otherwise;
        Dictionary<Operation, Choice>? nested = null;
        for (var i = 0; i < operations.Count; i++)
            if (operations[i] is Operation.Nested { Inner: var inner } operation)
                (nested ??= new(ReferenceEqualityComparer.Instance)).Add(operation, Choose(inner, second));
        return new Choice(succeeded, operations, nested);
    }

    private OperationResult[] Apply(Choice choice, long second, long revision, ref bool wrote)
    {
        var results = new OperationResult[choice.Operations.Count];
        for (var i = 0; i < results.Length; i++)
        {
            switch (choice.Operations[i])
            {
                case Operation.Put put:
                    entries.Put(put, revision);
                    results[i] = OperationResult.Written;
                    wrote = true;
                    break;
                case Operation.Touch touch:
                    if (!entries.Touch(touch, revision))
                        throw new StoreRejectedException("There is no entry to give another deadline to.");
                    results[i] = OperationResult.Written;
                    wrote = true;
                    break;
                case Operation.Delete delete:
                    var deleted = entries.Delete(delete.Keys, revision);
                    results[i] = new OperationResult(deleted, []);
                    wrote |= deleted > 0;
                    break;
                case Operation.Read read:
                    results[i] = new OperationResult(0, entries.Range(read.Keys, second, read.Limit, read.KeysOnly));
                    break;
                case Operation.Nested nested:
                    var inner = choice.Nested![nested];
                    results[i] = new OperationResult(
                        0, [], new NestedResult(inner.Succeeded, Apply(inner, second, revision, ref wrote)));
                    break;
                default:
                    throw new NotSupportedException(choice.Operations[i].GetType().Name);
            }
        }
        return results;
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
        // As in etcd: an absent key compares as zeros, and a compare of its value never holds.
        if (found.Count == 0)
            return compare.Target != CompareTarget.Value && Relates(0L.CompareTo(compare.Number), compare.Relation);
        return found.All(entry => Relates(Order(entry, compare), compare.Relation));
    }

    private static int Order(Entry entry, Compare compare) => compare.Target switch
    {
        CompareTarget.ModRevision => entry.ModRevision.CompareTo(compare.Number),
        CompareTarget.CreateRevision => entry.CreateRevision.CompareTo(compare.Number),
        CompareTarget.Value => entry.Value.Span.SequenceCompareTo(compare.Bytes.Span),
    };

    private static bool Relates(int order, CompareRelation relation) => relation switch
    {
        CompareRelation.Equal => order == 0,
        CompareRelation.NotEqual => order != 0,
        CompareRelation.Greater => order > 0,
        CompareRelation.Less => order < 0,
    };

    private sealed record Choice(
        bool Succeeded, IReadOnlyList<Operation> Operations, IReadOnlyDictionary<Operation, Choice>? Nested);
}
