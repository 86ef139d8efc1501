using Kv.Benchmarks.Growth;
using Kv.Testing;

namespace Kv.Benchmarks.Soak;

/// <summary>
/// The replicas under load, and their store. Over etcd there are two: the first runs from the beginning to the end, the
/// second is restarted now and then. Over the embedded engine there is one, which is not restarted.
/// </summary>
internal sealed class SoakReplicas : IAsyncDisposable
{
    // Kept short, so that etcd's database ends at its size within the first quarter.
    private static readonly string[] EtcdArguments =
        ["--auto-compaction-mode=periodic", "--auto-compaction-retention=1m", "--log-level=error"];

    private readonly string _directory;
    private readonly Action<string> _log;
    private readonly TemporaryDirectory _data = new();
    private volatile KvServer[] _inRotation = [];

    private SoakReplicas(string directory, EtcdServer? etcd, Action<string> log) =>
        (_directory, Etcd, _log) = (directory, etcd, log);

    public EtcdServer? Etcd { get; }

    /// <summary>The replica that is never restarted.</summary>
    public KvServer Kept { get; private set; } = null!;

    /// <summary>The replica that is restarted; null over the embedded engine, and while it restarts.</summary>
    public KvServer? Restarted { get; private set; }

    /// <summary>The directory in which the embedded engine keeps its data.</summary>
    public string DataDirectory => _data.Path;

    /// <param name="directory">Where Kv was published to.</param>
    /// <param name="engine">etcd or embedded.</param>
    /// <param name="log">Takes each line that a replica logs.</param>
    public static async Task<SoakReplicas> Start(string directory, string engine, Action<string> log)
    {
        var etcd = engine == "etcd"
            ? await EtcdServer.StartAsync(new EtcdServerOptions { Arguments = EtcdArguments })
            : null;
        var replicas = new SoakReplicas(directory, etcd, log);
        // The replica that starts first leads. The first restart moves the lead to the replica that is kept.
        if (etcd is not null)
            replicas.Restarted = await replicas.New();
        replicas.Kept = await replicas.New();
        replicas.Rotate();
        return replicas;
    }

    /// <summary>The address of a replica that is not about to stop.</summary>
    public Uri Next()
    {
        var replicas = _inRotation;
        return replicas[Random.Shared.Next(replicas.Length)].Address;
    }

    /// <summary>
    /// Takes the second replica out of rotation, stops it and starts it again, as a rolling update does.
    /// </summary>
    public async Task Restart()
    {
        var stopped = Restarted!;
        Restarted = null;
        Rotate();
        await stopped.DisposeAsync();
        Restarted = await New();
        Rotate();
    }

    public async ValueTask DisposeAsync()
    {
        if (Restarted is not null)
            await Restarted.DisposeAsync();
        await Kept.DisposeAsync();
        if (Etcd is not null)
            await Etcd.DisposeAsync();
        _data.Dispose();
    }

    private void Rotate() => _inRotation = Restarted is null ? [Kept] : [Kept, Restarted];

    private Task<KvServer> New() => KvServer.Start(_directory, "/readyz", _log,
    [
        .. Etcd is null
            ? new[] { ("STORE", "embedded"), ("DATA_DIR", _data.Path), ("HISTORY_REVISIONS", "10000") }
            : [("STORE", "etcd"), ("ETCD_ENDPOINTS", Etcd.Endpoint)],
        // Requests that chose a replica just before it left the rotation are still answered.
        ("SHUTDOWN_DRAIN_SECONDS", "1"),
        ("MAX_WEBHOOKS_ALLOWED", "50"),
        ("WEBHOOK_RETRY_SCHEDULE", "500ms,1s,2s,5s,10s,10s"),
        ("LOG_FORMAT", "text"),
    ]);
}
