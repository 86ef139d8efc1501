using System.Diagnostics;

namespace Kv.Benchmarks.Growth;

/// <summary>The cost of more watchers, each with a connection of its own, all of which receive each write.</summary>
internal static class WatchersGrowth
{
    private const int Concurrent = 50;
    private const int Writes = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task Measure(string directory, string engine)
    {
        await using var bench = await Bench.Open(directory, engine);
        await using var kv = await bench.Start(("MAX_WATCHES", "5000"));
        var watchers = new List<Watcher>();
        var number = 0;
        try
        {
            await Calls.BurnIn(key => kv.Http.Put($"w{key % 10}", "v"));
            var atFirst = kv.Memory;
            var table = new Table("watchers", "from write to last arrival ms", "Kv MiB", "KiB for each");
            foreach (var count in (int[])[1, 10, 100, 1_000, 5_000])
            {
                watchers.AddRange(await Connect(kv.Address, "/watch?prefix=w", count - watchers.Count));
                var taken = new List<double>();
                for (var i = 0; i < Writes; i++)
                {
                    var written = $"number{++number};";
                    var delivered = Task.WhenAll(watchers.ConvertAll(watcher => watcher.Await(written)));
                    var start = Stopwatch.GetTimestamp();
                    await kv.Http.Put("w0", written);
                    await delivered.WaitAsync(Patience);
                    taken.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                }
                taken.Sort();
                var memory = kv.Memory;
                table.Row(
                    count, taken[Writes / 2], Table.MiB(memory),
                    count < 100 ? null : (memory - atFirst) / 1024.0 / count);
            }
            table.Print($"Watchers, {engine}: medians of {Writes} writes");
        }
        finally
        {
            watchers.ForEach(watcher => watcher.Dispose());
        }
    }

    /// <summary>The cost of an idle connection that was used once, as a baseline.</summary>
    public static async Task MeasureIdle(string directory)
    {
        const int count = 5_000;
        await using var bench = await Bench.Open(directory, "embedded");
        await using var kv = await bench.Start();
        await Calls.BurnIn(_ => kv.Http.Get("/livez", "*/*"));
        var atFirst = kv.Memory;
        var idle = await Connect(kv.Address, "/livez", count);
        Console.WriteLine(
            $"To compare with: {count} connections without a watch take {(kv.Memory - atFirst) / 1024.0 / count:F1} "
                + "KiB each.\n");
        idle.ForEach(connection => connection.Dispose());
    }

    private static async Task<List<Watcher>> Connect(Uri address, string path, int count)
    {
        var connected = new List<Watcher>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = Concurrent },
            async (_, _) =>
            {
                var watcher = await Watcher.Connect(address, path);
                lock (connected)
                    connected.Add(watcher);
            });
        return connected;
    }
}
