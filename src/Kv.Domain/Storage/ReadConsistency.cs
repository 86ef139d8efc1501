namespace Kv.Domain.Storage;

/// <summary>The consistency of a read.</summary>
public enum ReadConsistency
{
    /// <summary>The read sees every write that was acknowledged before it began.</summary>
    Linearizable,

    /// <summary>The read may be stale and is cheaper: one member of the cluster answers from its local state.</summary>
    Serializable,
}
