namespace Kv.Infrastructure.Storage;

/// <summary>One step of a <see cref="Transaction"/>.</summary>
internal abstract record Operation
{
    private Operation(KeyRange range) => Range = range;

    /// <summary>The keys that the step touches; for a nested transaction, the range of its first compare.</summary>
    public KeyRange Range { get; }

    /// <summary>Writes a key, whether or not it exists.</summary>
    /// <param name="Key">The key.</param>
    /// <param name="Value">The value.</param>
    /// <param name="Deadline">The second of Unix time at which the entry expires; null for never.</param>
    internal sealed record Put(StoreKey Key, ReadOnlyMemory<byte> Value, long? Deadline = null)
        : Operation(KeyRange.Single(Key));

    /// <summary>
    /// Changes the deadline of an entry and keeps its value, without sending it. It counts as a write. The transaction
    /// must compare that the entry exists: without an entry the engine refuses the whole transaction.
    /// </summary>
    /// <param name="Key">The key.</param>
    /// <param name="Deadline">The second of Unix time at which the entry expires; null for never.</param>
    internal sealed record Touch(StoreKey Key, long? Deadline) : Operation(KeyRange.Single(Key));

    /// <summary>Deletes every entry of a range; its result is the number of entries.</summary>
    internal sealed record Delete(KeyRange Keys) : Operation(Keys)
    {
        public Delete(StoreKey key)
            : this(KeyRange.Single(key))
        {
        }
    }

    /// <summary>Reads the entries of a range, including the writes of earlier steps of the transaction.</summary>
    /// <param name="Keys">The keys.</param>
    /// <param name="Limit">The most entries to read; 0 for all.</param>
    /// <param name="KeysOnly">Whether to omit the values.</param>
    internal sealed record Read(KeyRange Keys, int Limit = 0, bool KeysOnly = false) : Operation(Keys)
    {
        public Read(StoreKey key, bool keysOnly = false)
            : this(KeyRange.Single(key), KeysOnly: keysOnly)
        {
        }
    }

    /// <summary>
    /// A transaction within the transaction: its compares choose between its own branches. All compares of a
    /// transaction, including nested ones, are evaluated before any write.
    /// </summary>
    /// <param name="Inner">The transaction, with at least one compare.</param>
    internal sealed record Nested(Transaction Inner) : Operation(Inner.Compares[0].Range);
}
