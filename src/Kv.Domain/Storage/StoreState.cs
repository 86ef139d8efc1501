namespace Kv.Domain.Storage;

/// <summary>The store's report on its state.</summary>
/// <param name="Used">The allocated bytes, including free space inside the files; null when unknown.</param>
/// <param name="Left">The bytes by which the store can still grow; null when unknown.</param>
/// <param name="Refusal">The reason why the store rejects writes, for operators; null while it accepts them.</param>
public sealed record StoreState(long? Used, long? Left, string? Refusal)
{
    /// <summary>The engine and its version, as in "etcd 3.5.16"; null when it is unknown.</summary>
    public string? Version { get; init; }

    /// <summary>The store's servers whose versions have known faults, with the faults, for operators.</summary>
    public IReadOnlyList<string> KnownFaults { get; init; } = [];
}
