namespace Kv.Infrastructure.Storage;

/// <summary>The property of an entry that a <see cref="Compare"/> looks at.</summary>
internal enum CompareTarget
{
    /// <summary><see cref="Entry.ModRevision"/>; 0 when the entry is absent.</summary>
    ModRevision,

    /// <summary><see cref="Entry.CreateRevision"/>; 0 when the entry is absent.</summary>
    CreateRevision,

    /// <summary><see cref="Entry.Value"/>; a compare with it never holds when the entry is absent.</summary>
    Value,
}

/// <summary>How a <see cref="Compare"/> relates the two sides. Values are ordered byte for byte.</summary>
internal enum CompareRelation
{
    Equal,
    NotEqual,
    Greater,
    Less,
}

/// <summary>
/// A condition of a <see cref="Transaction"/>. Over a range it must hold for every entry in it; an empty range counts
/// as one key without an entry. An expired entry counts as absent.
/// </summary>
internal readonly record struct Compare(
    KeyRange Range,
    CompareTarget Target,
    CompareRelation Relation,
    long Number,
    ReadOnlyMemory<byte> Bytes)
{
    public static Compare Exists(StoreKey key) => CreateRevision(key, CompareRelation.Greater, 0);

    public static Compare Absent(StoreKey key) => CreateRevision(key, CompareRelation.Equal, 0);

    public static Compare ModRevision(StoreKey key, CompareRelation relation, long revision) =>
        new(KeyRange.Single(key), CompareTarget.ModRevision, relation, revision, default);

    /// <summary>
    /// Holds when no entry of the range was written after the revision. It does not notice deletions.
    /// </summary>
    public static Compare UnwrittenSince(KeyRange range, long revision) =>
        new(range, CompareTarget.ModRevision, CompareRelation.Less, revision + 1, default);

    public static Compare CreateRevision(StoreKey key, CompareRelation relation, long revision) =>
        new(KeyRange.Single(key), CompareTarget.CreateRevision, relation, revision, default);

    public static Compare Value(StoreKey key, CompareRelation relation, ReadOnlyMemory<byte> value) =>
        new(KeyRange.Single(key), CompareTarget.Value, relation, 0, value);
}
