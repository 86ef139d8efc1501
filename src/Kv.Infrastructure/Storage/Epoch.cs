namespace Kv.Infrastructure.Storage;

/// <summary>A history of the store, between two restores that this process noticed.</summary>
/// <param name="Number">0 at first, and one more for each restore.</param>
/// <param name="Since">The revision that the store had when the restore was noticed; 0 at first.</param>
internal sealed record Epoch(int Number, long Since)
{
    /// <summary>The epoch in which a process begins.</summary>
    public static Epoch First { get; } = new(0, 0);
}
