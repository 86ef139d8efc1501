namespace Kv.Domain.Audit;

/// <summary>Who asks, as far as the request that is being answered tells. What authenticates requests fills it in.</summary>
public interface IActor
{
    /// <summary>As whom the request was authenticated; <c>anonymous</c> where nobody was.</summary>
    string Name { get; }

    /// <summary>The address that the request came from: the caller's, or that of the gateway before it. Null where it is not known.</summary>
    string? Address { get; }
}
