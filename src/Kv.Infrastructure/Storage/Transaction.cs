namespace Kv.Infrastructure.Storage;

/// <summary>One step of a <see cref="Transaction"/>.</summary>
internal abstract record Operation
{
    private Operation(KeyRange range) => Range = range;

    /// <summary>The keys that the step touches.</summary>
    public KeyRange Range { get; }

    /// <summary>Writes a key, whether or not it exists.</summary>
    /// <param name="Key">The key.</param>
    /// <param name="Value">The value.</param>
    /// <param name="Deadline">The second of Unix time at which the entry expires; null for never.</param>
    internal sealed record Put(StoreKey Key, ReadOnlyMemory<byte> Value, long? Deadline = null)
        : Operation(KeyRange.Single(Key));

    /// <summary>Deletes every entry of a range; its result tells how many there were.</summary>
    internal sealed record Delete(KeyRange Keys) : Operation(Keys)
    {
        public Delete(StoreKey key)
            : this(KeyRange.Single(key))
        {
        }
    }

    /// <summary>Reads the entries of a range; it sees what earlier steps of the same transaction wrote.</summary>
    /// <param name="Keys">Which keys.</param>
    /// <param name="Limit">How many entries at most; 0 for all.</param>
    internal sealed record Read(KeyRange Keys, int Limit = 0) : Operation(Keys)
    {
        public Read(StoreKey key)
            : this(KeyRange.Single(key))
        {
        }
    }
}

/// <summary>
/// Compares, with the operations to do when all of them hold and those to do otherwise; done whole or not at all.
/// </summary>
internal sealed class Transaction
{
    /// <exception cref="ArgumentException">A branch writes one key twice.</exception>
    public Transaction(
        IReadOnlyList<Compare> compares,
        IReadOnlyList<Operation> then,
        IReadOnlyList<Operation>? otherwise = null)
    {
        Compares = compares;
        Then = then;
        Otherwise = otherwise ?? [];
        RefuseDoubleWrites(Then);
        RefuseDoubleWrites(Otherwise);
    }

    public IReadOnlyList<Compare> Compares { get; }

    public IReadOnlyList<Operation> Then { get; }

    public IReadOnlyList<Operation> Otherwise { get; }

    /// <summary>Everything that the transaction touches or compares.</summary>
    public IEnumerable<KeyRange> Ranges =>
        Compares.Select(compare => compare.Range)
            .Concat(Then.Concat(Otherwise).Select(operation => operation.Range));

    /// <summary>About how many bytes it takes: the keys and values of its operations.</summary>
    public int Bytes => BytesOf(Then) + BytesOf(Otherwise);

    /// <summary>Operations without a condition.</summary>
    public static Transaction Of(params IReadOnlyList<Operation> operations) => new([], operations);

    private static int BytesOf(IReadOnlyList<Operation> operations)
    {
        var bytes = 0;
        for (var i = 0; i < operations.Count; i++)
            bytes += operations[i].Range.Start.Bytes.Length + ((operations[i] as Operation.Put)?.Value.Length ?? 0);
        return bytes;
    }

    // Which of two writes of one key stands would depend on the engine: etcd refuses such a transaction as well.
    private static void RefuseDoubleWrites(IReadOnlyList<Operation> operations)
    {
        if (operations.Count < 2)
            return;
        var writes = operations.Where(operation => operation is not Operation.Read).Select(write => write.Range).ToList();
        writes.Sort((left, right) => left.Start.CompareTo(right.Start));
        for (var i = 1; i < writes.Count; i++)
            if (writes[i - 1].Overlaps(writes[i]))
                throw new ArgumentException($"The transaction writes '{writes[i].Start}' twice.", nameof(operations));
    }
}

/// <summary>What became of a <see cref="Transaction"/>.</summary>
/// <param name="Succeeded">Whether its compares held.</param>
/// <param name="Revision">The revision that it took, where it wrote; else the store's present one.</param>
/// <param name="Results">A result for each operation of the branch that was taken.</param>
internal sealed record CommitResult(bool Succeeded, long Revision, IReadOnlyList<OperationResult> Results);

/// <summary>What became of an <see cref="Operation"/>.</summary>
/// <param name="Deleted">How many entries a <see cref="Operation.Delete"/> deleted.</param>
/// <param name="Entries">What a <see cref="Operation.Read"/> found.</param>
internal readonly record struct OperationResult(long Deleted, IReadOnlyList<Entry> Entries)
{
    public static readonly OperationResult Written = new(0, []);
}
