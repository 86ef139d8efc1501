using Kv.FaultTests.Faults;
using Kv.FaultTests.Running;

namespace Kv.FaultTests.Deployments;

/// <summary>How Kv is set up in a run. Some settings differ from seed to seed.</summary>
internal static class KvSettings
{
    /// <summary>The header that names the namespace of a call, and the one that names the app.</summary>
    public const string NamespaceHeader = "KV-Namespace", AppHeader = "KV-App-Name";

    /// <summary>
    /// STORE_TIMEOUT_SECONDS, the shortest that is allowed: faults are to be noticed within a short run.
    /// </summary>
    private const int StoreTimeoutSeconds = 1;

    /// <summary>
    /// How long a call may take. A request takes at most three calls of the store (docs/operations.md); the rest is for
    /// a machine on which everything runs at once.
    /// </summary>
    public static readonly TimeSpan CallBound = TimeSpan.FromSeconds(3 * StoreTimeoutSeconds + 2);

    /// <summary>Whether each change leaves a record of the audit.</summary>
    public static bool IsAudited(RunSettings run) => run.Seed % 3 == 0;

    /// <summary>Whether the usage of tenants is counted.</summary>
    public static bool HasQuota(RunSettings run) => run.Seed % 2 == 0;

    /// <summary>
    /// Whether replicas have clocks that can jump: where that is named, and in one run of four. A clock that can jump
    /// makes everything a little slower, and judgement of expiry less sharp.
    /// </summary>
    public static bool HasFakeClock(RunSettings run) => run.Faults is { } names
        ? names.Any(name => ClockFaults.Name.StartsWith(name, StringComparison.Ordinal))
        : run.Seed % 4 == 3;

    public static IReadOnlyDictionary<string, string> Of(RunSettings run)
    {
        var settings = new Dictionary<string, string>
        {
            ["LISTEN_ADDRESS"] = "127.0.0.1",
            ["LOG_FORMAT"] = "json",
            ["STORE_TIMEOUT_SECONDS"] = $"{StoreTimeoutSeconds}",
            ["SHUTDOWN_DRAIN_SECONDS"] = "0",
            ["DEFAULT_WEBHOOK_TIMEOUT_SECONDS"] = "1",
            ["MAX_WEBHOOKS_ALLOWED"] = "20",
            ["WATCH_HEARTBEAT_SECONDS"] = "1",
            // Failed calls are repeated within the run, until the receiver accepts them.
            ["WEBHOOK_RETRY_SCHEDULE"] = string.Join(
                ',', new[] { "100ms", "300ms", "1s" }.Concat(Enumerable.Repeat("2s", 47))),
            ["WEBHOOK_DISABLE_AFTER"] = "1d",
        };
        if (IsAudited(run))
            settings["AUDIT"] = "store";
        if (HasQuota(run))
            settings["QUOTA_KEYS"] = "1000000";
        // The near cache is on by default: in every other run it is off, in every fourth it has room for a few keys.
        if (run.Engine == Engine.Etcd && run.Seed % 2 == 0)
            settings["NEAR_CACHE_BYTES"] = "0";
        else if (run.Engine == Engine.Etcd && run.Seed % 4 == 1)
            settings["NEAR_CACHE_BYTES"] = "10000";
        return settings;
    }
}
