namespace Kv.Domain.Storage;

/// <summary>How fresh an answer must be.</summary>
public enum ReadConsistency
{
    /// <summary>It sees all that was acknowledged before the question was asked.</summary>
    Linearizable,

    /// <summary>It may be stale, and is cheaper: one member of the cluster answers from what it has.</summary>
    Serializable,
}
