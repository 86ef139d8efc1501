using System.Diagnostics;

namespace Kv.Benchmarks.Growth;

/// <summary>Measures how cost grows with keys, values, watchers and webhooks, and prints tables.</summary>
internal static class GrowthReport
{
    /// <param name="parts">The parts to measure: keys, sizes, webhooks, watchers, startup.</param>
    /// <param name="builds">Published builds, as name=directory; the first is the one that is measured.</param>
    public static async Task Run(IReadOnlyList<string> parts, IReadOnlyList<string> builds)
    {
        var isFull = Environment.GetEnvironmentVariable("FULL") == "1";
        var named = builds.Select(build => build.Split('=', 2)).Select(build => (Name: build[0], Directory: build[1]))
            .ToList();
        var directory = named[0].Directory;
        foreach (var part in parts)
        {
            var start = Stopwatch.GetTimestamp();
            if (part == "startup")
                await StartupGrowth.Measure(named);
            else
                foreach (var engine in Bench.Engines)
                    await (part switch
                    {
                        "keys" => KeysGrowth.Measure(directory, engine, isFull),
                        "sizes" => SizesGrowth.Measure(directory, engine),
                        "webhooks" => WebhooksGrowth.Measure(directory, engine),
                        "watchers" => WatchersGrowth.Measure(directory, engine),
                        _ => throw new ArgumentException($"There is no part {part}.", nameof(parts)),
                    });
            if (part == "watchers")
                await WatchersGrowth.MeasureIdle(directory);
            await Console.Error.WriteLineAsync($"{part}: {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s");
        }
    }
}
