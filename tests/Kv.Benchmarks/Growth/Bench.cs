using Kv.Testing;

namespace Kv.Benchmarks.Growth;

/// <summary>An empty store, over which Kv is started as often as wanted.</summary>
internal sealed class Bench : IAsyncDisposable
{
    // Uncollected garbage would distort the measurements, so it is collected early: every 4 MiB.
    private const string FirstGenerationBytes = "400000";

    private readonly string _directory;
    private readonly TemporaryDirectory _data = new();
    private readonly EtcdServer? _etcd;

    private Bench(string directory, EtcdServer? etcd) => (_directory, _etcd) = (directory, etcd);

    /// <summary>The engines that are measured.</summary>
    public static IReadOnlyList<string> Engines { get; } = ["etcd", "embedded"];

    /// <summary>The resident memory that etcd has, in bytes; null where there is none.</summary>
    public long? EtcdMemory => _etcd is null ? null : KvServer.MemoryOf(_etcd.ProcessId);

    /// <summary>
    /// The part that is heap and stacks; the rest is its program, and mapped pages of its database.
    /// </summary>
    public long? EtcdAnonymousMemory => _etcd is null ? null : KvServer.MemoryOf(_etcd.ProcessId, "RssAnon");

    public static async Task<Bench> Open(string directory, string engine) => new(
        directory,
        engine == "etcd"
            // The writes of a measurement may be more than the 2 GB that etcd allows by default.
            ? await EtcdServer.StartAsync(new EtcdServerOptions
            {
                Arguments = ["--quota-backend-bytes=8589934592", "--log-level=error"],
            })
            : null);

    public Task<KvServer> Start(params IEnumerable<(string Name, string Value)> settings) => KvServer.Start(
        _directory, "/readyz",
        [
            .. _etcd is null
                ? new[] { ("STORE", "embedded"), ("DATA_DIR", _data.Path) }
                : [("STORE", "etcd"), ("ETCD_ENDPOINTS", _etcd.Endpoint)],
            ("DOTNET_GCgen0size", FirstGenerationBytes),
            .. settings,
        ]);

    public async ValueTask DisposeAsync()
    {
        if (_etcd is not null)
            await _etcd.DisposeAsync();
        _data.Dispose();
    }
}
