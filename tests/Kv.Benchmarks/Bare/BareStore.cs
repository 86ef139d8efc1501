using Kv.Infrastructure.Storage;

namespace Kv.Benchmarks.Bare;

/// <summary>What a <see cref="BareController"/> asks before it answers.</summary>
/// <param name="Engine">The store; null for none.</param>
internal sealed record BareStore(IStore? Engine)
{
    /// <summary>The key of a path, as long as Kv's own.</summary>
    public static StoreKey Key(string path) => StoreKey.Of("/kvstore/kv/default/default/" + path);
}
