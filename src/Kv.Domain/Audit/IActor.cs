namespace Kv.Domain.Audit;

/// <summary>The caller of the current request. Authentication sets it.</summary>
public interface IActor
{
    /// <summary>The name of the authenticated caller; <c>anonymous</c> without authentication.</summary>
    string Name { get; }

    /// <summary>The address of the caller, or of the gateway in front of it. Null when it is unknown.</summary>
    string? Address { get; }
}
