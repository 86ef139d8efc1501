namespace Kv.Domain.Watching;

/// <summary>What happened to a key.</summary>
public enum KeyChangeKind
{
    /// <summary>It came to be.</summary>
    Create,

    /// <summary>It was written over.</summary>
    Update,

    /// <summary>It was deleted.</summary>
    Delete,

    /// <summary>Its time to live ran out.</summary>
    Expire,
}
