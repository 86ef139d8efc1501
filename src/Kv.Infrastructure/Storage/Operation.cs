namespace Kv.Infrastructure.Storage;

/// <summary>One step of a <see cref="Transaction"/>.</summary>
internal abstract record Operation
{
    private Operation(KeyRange range) => Range = range;

    /// <summary>The keys that the step touches; of a nested transaction, the first that it names.</summary>
    public KeyRange Range { get; }

    /// <summary>Writes a key, whether or not it exists.</summary>
    /// <param name="Key">The key.</param>
    /// <param name="Value">The value.</param>
    /// <param name="Deadline">The second of Unix time at which the entry expires; null for never.</param>
    internal sealed record Put(StoreKey Key, ReadOnlyMemory<byte> Value, long? Deadline = null)
        : Operation(KeyRange.Single(Key));

    /// <summary>
    /// Gives an entry another deadline and leaves its value as it is, without sending it. It counts as a write. There must
    /// be an entry, which a compare sees to: the engine refuses the whole transaction otherwise.
    /// </summary>
    /// <param name="Key">The key.</param>
    /// <param name="Deadline">The second of Unix time at which the entry expires; null for never.</param>
    internal sealed record Touch(StoreKey Key, long? Deadline) : Operation(KeyRange.Single(Key));

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
    /// <param name="KeysOnly">Leave the values out.</param>
    internal sealed record Read(KeyRange Keys, int Limit = 0, bool KeysOnly = false) : Operation(Keys)
    {
        public Read(StoreKey key, bool keysOnly = false)
            : this(KeyRange.Single(key), KeysOnly: keysOnly)
        {
        }
    }

    /// <summary>
    /// A transaction within the transaction: its compares choose between its own branches. All compares of a transaction,
    /// nested ones too, are judged before anything is written.
    /// </summary>
    /// <param name="Inner">The transaction, with at least one compare.</param>
    internal sealed record Nested(Transaction Inner) : Operation(Inner.Compares[0].Range);
}
