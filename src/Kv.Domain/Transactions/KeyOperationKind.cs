namespace Kv.Domain.Transactions;

/// <summary>The kinds of <see cref="KeyOperation"/>.</summary>
public enum KeyOperationKind
{
    /// <summary>Reads the key. It sees the earlier operations of the same transaction.</summary>
    Get,

    /// <summary>Sets the key.</summary>
    Set,

    /// <summary>Deletes the key.</summary>
    Delete,
}

/// <summary>
/// The properties of the kinds of operations. The switches are exhaustive: a new kind compiles only with all its
/// properties.
/// </summary>
public static class KeyOperationKinds
{
    /// <summary>Whether an operation of this kind changes nothing.</summary>
    public static bool IsRead(this KeyOperationKind kind) => kind switch
    {
        KeyOperationKind.Get => true,
        KeyOperationKind.Set or KeyOperationKind.Delete => false,
    };

    /// <summary>Whether an operation of this kind stores its value.</summary>
    public static bool StoresValue(this KeyOperationKind kind) => kind switch
    {
        KeyOperationKind.Set => true,
        KeyOperationKind.Get or KeyOperationKind.Delete => false,
    };
}
