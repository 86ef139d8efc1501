using Kv.Infrastructure.Storage;

namespace Kv.Benchmarks.Bare;

/// <summary>The store that a <see cref="BareController"/> calls before it answers.</summary>
/// <param name="Engine">The store; null for none.</param>
internal sealed record BareStore(IStore? Engine)
{
    private const int TtlSeconds = 86_400;

    /// <summary>The key of a path, as long as Kv's own.</summary>
    public static StoreKey Key(string path) => StoreKey.FromText("/kvstore/kv/default/default/" + path);

    /// <summary>
    /// When the entry of a path is over, in seconds of Unix time: the keys that scripts/bench/requests.lua writes with
    /// a TTL have a name of their own.
    /// </summary>
    public static long? Deadline(string path) =>
        path.StartsWith("kv/bttl-", StringComparison.Ordinal)
            ? DateTimeOffset.UtcNow.ToUnixTimeSeconds() + TtlSeconds
            : null;
}
