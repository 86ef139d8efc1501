using System.Globalization;
using Kv.Benchmarks.Growth;

namespace Kv.Benchmarks.Soak;

/// <summary>The measurements of one moment. NaN stands for a failed measurement.</summary>
internal sealed record SoakSnapshot(
    ProcessSnapshot Kept, ProcessSnapshot Restarted, ProcessSnapshot Store, double Leases, double StoreMiB,
    double StoreInUseMiB);

/// <summary>A process at one moment.</summary>
internal readonly record struct ProcessSnapshot(
    double MemoryMiB, double HeapMiB, double Handles, double Threads, double Waiting)
{
    private const double MiB = 1 << 20;

    public static ProcessSnapshot None { get; } = new(double.NaN, double.NaN, double.NaN, double.NaN, double.NaN);

    /// <summary>The figures of a replica, from Linux, the runtime and Kv itself.</summary>
    public static async Task<ProcessSnapshot> Of(KvServer? replica)
    {
        if (replica is null)
            return None;
        try
        {
            var metrics = await replica.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
            return Of(replica.ProcessId) with
            {
                HeapMiB = Sum(metrics, "dotnet_gc_last_collection_heap_size_bytes") / MiB,
                Waiting = Sum(metrics, "kv_delivery_waiting"),
            };
        }
        catch (Exception e) when (e is HttpRequestException or IOException or ObjectDisposedException)
        {
            // It is about to restart.
            return None;
        }
    }

    /// <summary>The figures of a process, as Linux reports them.</summary>
    public static ProcessSnapshot Of(int processId) => None with
    {
        MemoryMiB = KvServer.MemoryOf(processId) / MiB,
        Handles = Directory.EnumerateFiles($"/proc/{processId}/fd").Count(),
        Threads = Directory.EnumerateDirectories($"/proc/{processId}/task").Count(),
    };

    /// <summary>The sum of the series of a metric; NaN when there is none.</summary>
    public static double Sum(string metrics, string name)
    {
        var values = metrics.Split('\n')
            .Where(
                line => line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length
                    && line[name.Length] is ' ' or '{')
            .Select(
                line => line[(line.LastIndexOf('}') is > 0 and var end ? end + 1 : name.Length)..].Trim().Split(' ')[0])
            .Select(value => double.Parse(value, CultureInfo.InvariantCulture))
            .ToList();
        return values.Count == 0 ? double.NaN : values.Sum();
    }
}

/// <summary>Takes snapshots of the replicas and their store.</summary>
internal sealed class SoakSampler(SoakReplicas replicas) : IDisposable
{
    private const double MiB = 1 << 20;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });

    public async Task<SoakSnapshot> Take()
    {
        var kept = await ProcessSnapshot.Of(replicas.Kept);
        var restarted = await ProcessSnapshot.Of(replicas.Restarted);
        if (replicas.Etcd is not { } etcd)
            return new SoakSnapshot(
                kept, restarted, ProcessSnapshot.None, double.NaN, SizeOf(replicas.DataDirectory) / MiB, double.NaN);
        var metrics = await _http.GetStringAsync(new Uri(etcd.ClientUri, "/metrics"));
        var leases = await etcd.Call("lease/leases", new { });
        return new SoakSnapshot(
            kept, restarted, ProcessSnapshot.Of(etcd.ProcessId),
            leases.TryGetProperty("leases", out var list) ? list.GetArrayLength() : 0,
            ProcessSnapshot.Sum(metrics, "etcd_mvcc_db_total_size_in_bytes") / MiB,
            ProcessSnapshot.Sum(metrics, "etcd_mvcc_db_total_size_in_use_in_bytes") / MiB);
    }

    public void Dispose() => _http.Dispose();

    private static double SizeOf(string directory) =>
        new DirectoryInfo(directory).EnumerateFiles().Sum(file => file.Length);
}
