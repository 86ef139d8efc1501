using Kv.Testing;

namespace Kv.Benchmarks.Growth;

/// <summary>
/// How soon Kv answers after its start, and what memory it has then, for builds and settings side by side.
/// </summary>
internal static class StartupGrowth
{
    private const int Starts = 5;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    private static readonly (string Name, (string, string)[] Settings)[] Variants =
    [
        ("as it is", []),
        ("TieredPGO=0", [("DOTNET_TieredPGO", "0")]),
        ("TieredCompilation=0", [("DOTNET_TieredCompilation", "0")]),
    ];

    /// <param name="builds">The builds: their names and directories.</param>
    public static async Task Measure(IReadOnlyList<(string Name, string Directory)> builds)
    {
        var table = new Table(
            "build", "settings", "start to /livez ms", "first PUT ms", "first GET ms", "MiB at rest", "size MiB");
        foreach (var (build, directory) in builds)
            foreach (var (name, settings) in Variants)
            {
                var starts = new List<(double Start, double Put, double Get, long Memory)>();
                for (var i = 0; i < Starts; i++)
                    starts.Add(await Start(directory, settings));
                table.Row(
                    build, name, Median(starts, one => one.Start), Median(starts, one => one.Put),
                    Median(starts, one => one.Get),
                    Table.MiB((long)Median(starts, one => one.Memory)), Table.MiB(SizeOf(directory)));
            }
        table.Print($"Startup, embedded: medians of {Starts} starts");
    }

    private static async Task<(double Start, double Put, double Get, long Memory)> Start(
        string directory, (string, string)[] settings)
    {
        using var data = new TemporaryDirectory();
        await using var kv = await KvServer.Start(
            directory, "/livez", [("STORE", "embedded"), ("DATA_DIR", data.Path), .. settings]);
        await Task.Delay(Rest);
        var memory = kv.Memory;
        var put = await Calls.Once(() => kv.Http.Put("first", "v"));
        var get = await Calls.Once(() => kv.Http.Get("/kv/first"));
        return (kv.Startup.TotalMilliseconds, put, get, memory);
    }

    private static double Median<T>(List<T> list, Func<T, double> figure) =>
        list.Select(figure).Order().ElementAt(list.Count / 2);

    private static long SizeOf(string directory) =>
        Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Sum(path => new FileInfo(path).Length);
}
