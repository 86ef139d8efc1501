namespace Kv.Infrastructure.Storage;

/// <summary>
/// Compares, the operations to apply when all compares hold, and those to apply otherwise. A transaction is applied
/// whole or not at all.
/// </summary>
internal sealed class Transaction
{
    /// <summary>The most operations that a branch may have, without those of nested transactions.</summary>
    public const int MaxOperations = 500;

    // Most transactions have none.
    private List<long>? _deadlines;

    /// <exception cref="ArgumentException">A branch writes one key twice, or is too long.</exception>
    public Transaction(
        IReadOnlyList<Compare> compares,
        IReadOnlyList<Operation> then,
        IReadOnlyList<Operation>? otherwise = null)
    {
        Compares = compares;
        Then = then;
        Otherwise = otherwise ?? [];
        if (Math.Max(Then.Count, Otherwise.Count) > MaxOperations)
            throw new ArgumentException($"A branch may have {MaxOperations} operations.", nameof(then));
        RefuseDoubleWrites(Then);
        RefuseDoubleWrites(Otherwise);
        Measure(Then);
        Measure(Otherwise);
    }

    public IReadOnlyList<Compare> Compares { get; }

    public IReadOnlyList<Operation> Then { get; }

    public IReadOnlyList<Operation> Otherwise { get; }

    /// <summary>All ranges that the transaction touches or compares, including nested ones.</summary>
    public IEnumerable<KeyRange> Ranges =>
        Compares.Select(compare => compare.Range)
            .Concat(Then.Concat(Otherwise).SelectMany(
                operation => operation is Operation.Nested nested ? nested.Inner.Ranges : [operation.Range]));

    /// <summary>The operations of both branches, including those of nested transactions.</summary>
    public IEnumerable<Operation> Operations =>
        Then.Concat(Otherwise).SelectMany(
            operation => operation is Operation.Nested nested ? nested.Inner.Operations : [operation]);

    /// <summary>The deadlines of both branches, including those of nested transactions.</summary>
    public IReadOnlyList<long> Deadlines => _deadlines ?? [];

    public bool HasNested { get; private set; }

    /// <summary>The approximate size of the transaction: the keys and values of its operations.</summary>
    public int Bytes { get; private set; }

    public static Transaction Unconditional(params IReadOnlyList<Operation> operations) => new([], operations);

    private void Measure(IReadOnlyList<Operation> operations)
    {
        for (var i = 0; i < operations.Count; i++)
        {
            var nested = (operations[i] as Operation.Nested)?.Inner;
            HasNested |= nested is not null;
            Bytes += nested?.Bytes ?? operations[i].Range.Start.Bytes.Length;
            Bytes += (operations[i] as Operation.Put)?.Value.Length ?? 0;
            if (nested?.Deadlines.Count > 0)
                (_deadlines ??= []).AddRange(nested.Deadlines);
            if (((operations[i] as Operation.Put)?.Deadline ?? (operations[i] as Operation.Touch)?.Deadline)
                is { } deadline)
                (_deadlines ??= []).Add(deadline);
        }
    }

    // With two writes of one key, the engines would differ in which of them wins; etcd refuses such a transaction.
    private static void RefuseDoubleWrites(IReadOnlyList<Operation> operations)
    {
        if (operations.Count < 2)
            return;
        var writes = operations.SelectMany((operation, index) => Written(operation).Select(range => (range, index)))
            .ToList();
        writes.Sort((left, right) => left.range.Start.CompareTo(right.range.Start));
        for (var i = 1; i < writes.Count; i++)
            // Only one of the two branches of a nested transaction is applied.
            if (writes[i - 1].range.Overlaps(writes[i].range) && writes[i - 1].index != writes[i].index)
                throw new ArgumentException(
                    $"The transaction writes '{writes[i].range.Start}' twice.", nameof(operations));
    }

    private static IEnumerable<KeyRange> Written(Operation operation) => operation switch
    {
        Operation.Read => [],
        Operation.Nested nested => nested.Inner.Then.Concat(nested.Inner.Otherwise).SelectMany(Written),
        _ => [operation.Range],
    };
}

/// <summary>The result of a <see cref="Transaction"/>.</summary>
/// <param name="Succeeded">Whether its compares held.</param>
/// <param name="Revision">The revision of its writes; the store's current revision when it wrote nothing.</param>
/// <param name="Results">A result for each operation of the branch that was applied.</param>
internal sealed record CommitResult(bool Succeeded, long Revision, IReadOnlyList<OperationResult> Results);

/// <summary>The result of an <see cref="Operation"/>.</summary>
/// <param name="Deleted">How many entries a <see cref="Operation.Delete"/> deleted.</param>
/// <param name="Entries">The entries that a <see cref="Operation.Read"/> found.</param>
/// <param name="Nested">The result of a <see cref="Operation.Nested"/>; null for every other operation.</param>
internal readonly record struct OperationResult(long Deleted, IReadOnlyList<Entry> Entries, NestedResult? Nested = null)
{
    public static readonly OperationResult Written = new(0, []);
}

/// <summary>The result of a transaction within a transaction.</summary>
/// <param name="Succeeded">Whether its compares held.</param>
/// <param name="Results">A result for each operation of the branch that was applied.</param>
internal sealed record NestedResult(bool Succeeded, IReadOnlyList<OperationResult> Results);
