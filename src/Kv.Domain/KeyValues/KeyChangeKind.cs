namespace Kv.Domain.KeyValues;

/// <summary>The kinds of change.</summary>
public enum KeyChangeKind
{
    /// <summary>The key was created.</summary>
    Create,

    /// <summary>The key was overwritten.</summary>
    Update,

    /// <summary>The key was deleted.</summary>
    Delete,

    /// <summary>The key's time to live ended.</summary>
    Expire,
}
