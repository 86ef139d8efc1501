namespace Kv.Infrastructure.Storage;

/// <summary>
/// Compares, with the operations to do when all of them hold and those to do otherwise; done whole or not at all.
/// </summary>
internal sealed class Transaction
{
    /// <summary>The most operations that a branch may have, those of nested transactions apart.</summary>
    public const int MaxOperations = 500;

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
    }

    public IReadOnlyList<Compare> Compares { get; }

    public IReadOnlyList<Operation> Then { get; }

    public IReadOnlyList<Operation> Otherwise { get; }

    /// <summary>Everything that the transaction touches or compares, nested ones included.</summary>
    public IEnumerable<KeyRange> Ranges =>
        Compares.Select(compare => compare.Range)
            .Concat(Then.Concat(Otherwise).SelectMany(
                operation => operation is Operation.Nested nested ? nested.Inner.Ranges : [operation.Range]));

    /// <summary>The operations of both branches, those of nested transactions included.</summary>
    public IEnumerable<Operation> Operations =>
        Then.Concat(Otherwise).SelectMany(operation => operation is Operation.Nested nested ? nested.Inner.Operations : [operation]);

    /// <summary>About how many bytes it takes: the keys and values of its operations.</summary>
    public int Bytes => BytesOf(Then) + BytesOf(Otherwise);

    /// <summary>Operations without a condition.</summary>
    public static Transaction Of(params IReadOnlyList<Operation> operations) => new([], operations);

    private static int BytesOf(IReadOnlyList<Operation> operations)
    {
        var bytes = 0;
        for (var i = 0; i < operations.Count; i++)
            bytes += operations[i] switch
            {
                Operation.Put put => put.Key.Bytes.Length + put.Value.Length,
                Operation.Nested nested => nested.Inner.Bytes,
                var other => other.Range.Start.Bytes.Length,
            };
        return bytes;
    }

    // Which of two writes of one key stands would depend on the engine: etcd refuses such a transaction as well.
    private static void RefuseDoubleWrites(IReadOnlyList<Operation> operations)
    {
        if (operations.Count < 2)
            return;
        var writes = operations.SelectMany((operation, index) => Written(operation).Select(range => (range, index))).ToList();
        writes.Sort((left, right) => left.range.Start.CompareTo(right.range.Start));
        for (var i = 1; i < writes.Count; i++)
            // Of the two branches of one nested transaction only one is taken.
            if (writes[i - 1].range.Overlaps(writes[i].range) && writes[i - 1].index != writes[i].index)
                throw new ArgumentException($"The transaction writes '{writes[i].range.Start}' twice.", nameof(operations));
    }

    private static IEnumerable<KeyRange> Written(Operation operation) => operation switch
    {
        Operation.Read => [],
        Operation.Nested nested => nested.Inner.Then.Concat(nested.Inner.Otherwise).SelectMany(Written),
        _ => [operation.Range],
    };
}

/// <summary>What became of a <see cref="Transaction"/>.</summary>
/// <param name="Succeeded">Whether its compares held.</param>
/// <param name="Revision">The revision that it took, where it wrote; else the store's present one.</param>
/// <param name="Results">A result for each operation of the branch that was taken.</param>
internal sealed record CommitResult(bool Succeeded, long Revision, IReadOnlyList<OperationResult> Results);

/// <summary>What became of an <see cref="Operation"/>.</summary>
/// <param name="Deleted">How many entries a <see cref="Operation.Delete"/> deleted.</param>
/// <param name="Entries">What a <see cref="Operation.Read"/> found.</param>
/// <param name="Nested">What became of a <see cref="Operation.Nested"/>; null for every other operation.</param>
internal readonly record struct OperationResult(long Deleted, IReadOnlyList<Entry> Entries, NestedResult? Nested = null)
{
    public static readonly OperationResult Written = new(0, []);
}

/// <summary>What became of a transaction within a transaction.</summary>
/// <param name="Succeeded">Whether its compares held.</param>
/// <param name="Results">A result for each operation of the branch that was taken.</param>
internal sealed record NestedResult(bool Succeeded, IReadOnlyList<OperationResult> Results);
