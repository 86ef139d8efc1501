using System.Diagnostics;
using System.Globalization;
using Kv.Benchmarks.Growth;

namespace Kv.Benchmarks.Soak;

/// <summary>Loads Kv for a long time, samples its resources, and judges whether each line ends flat.</summary>
internal static class SoakRun
{
    // Two restarts in each quarter, at the same points of it: so the quarters that are compared differ by their age
    // alone.
    private const int Restarts = 8;

    /// <param name="directory">Where Kv was published to.</param>
    /// <param name="options">How long and how hard.</param>
    /// <returns>The exit code: 0 when each line ends flat and nothing failed, else 1.</returns>
    public static async Task<int> Run(string directory, SoakOptions options)
    {
        Directory.CreateDirectory(options.Output);
        await using var failures = File.CreateText(Path.Combine(options.Output, "failures.txt"));
        await using var log = TextWriter.Synchronized(File.CreateText(Path.Combine(options.Output, "kv.log")));
        await using var samples = File.CreateText(Path.Combine(options.Output, "samples.csv"));
        var totals = new SoakTotals(failures);
        await using var replicas = await SoakReplicas.Start(directory, options.Engine, log.WriteLine);
        await using var webhooks = await SoakWebhooks.Start(replicas, totals);
        using var load = new SoakLoad(replicas, totals, options.Rate);
        using var watchers = new SoakWatchers(replicas, totals);
        using var sampler = new SoakSampler(replicas);
        using var over = new CancellationTokenSource();
        var restarts = new List<TimeSpan>();
        var lines = new SoakLines(replicas.Etcd is not null);
        await samples.WriteLineAsync(
            $"seconds,{string.Join(',', lines.All.Select(line => $"\"{line.Panel}: {line.Name}\""))}");

        var start = Stopwatch.GetTimestamp();
        List<Task> loads = [load.Run(over.Token), watchers.Run(over.Token), webhooks.Run(over.Token)];
        if (replicas.Etcd is not null)
            loads.Add(Restart());
        await Sample();
        await over.CancelAsync();
        await Task.WhenAll(loads).ContinueWith(_ => { }, TaskScheduler.Default);

        var picture = Path.Combine(options.Output, "soak.svg");
        await File.WriteAllTextAsync(picture, SoakPicture.Draw(lines.All, options.Duration, restarts));
        return Report(lines.All, totals, restarts.Count, options, picture);

        async Task Sample()
        {
            var before =
                (totals.Requests, totals.WatchEvents, totals.WebhookCalls, At: Stopwatch.GetElapsedTime(start));
            for (var number = 1; before.At < options.Duration; number++)
            {
                var rest = (number * options.Interval) - Stopwatch.GetElapsedTime(start);
                if (rest > TimeSpan.Zero)
                    await Task.Delay(rest);
                var snapshot = await sampler.Take();
                var now =
                    (totals.Requests, totals.WatchEvents, totals.WebhookCalls, At: Stopwatch.GetElapsedTime(start));
                var seconds = (now.At - before.At).TotalSeconds;
                lines.Take(new SoakLines.Sample(
                    snapshot, totals.Take(CallKind.Get), totals.Take(CallKind.Put), new SoakLines.Counted(
                        (now.Requests - before.Requests) / seconds,
                        (now.WatchEvents - before.WatchEvents) / seconds,
                        (now.WebhookCalls - before.WebhookCalls) / seconds)));
                totals.Take(CallKind.Other);
                before = now;
                await samples.WriteLineAsync(
                    $"{now.At.TotalSeconds:F0},{string.Join(',', lines.All.Select(line => Cell(line.Values[^1])))}");
                await samples.FlushAsync();
            }
        }

        async Task Restart()
        {
            for (var number = 0; number < Restarts; number++)
            {
                var due = options.Duration * ((number + 0.5) / Restarts);
                await Task.Delay(due - Stopwatch.GetElapsedTime(start), over.Token);
                restarts.Add(Stopwatch.GetElapsedTime(start));
                await replicas.Restart();
            }
        }
    }

    private static int Report(
        IReadOnlyList<SoakLine> lines, SoakTotals totals, int restarts, SoakOptions options, string picture)
    {
        var table = new Table("line", "second quarter", "last quarter", "at most", "");
        var rising = 0;
        foreach (var line in lines)
            if (line.Judge() is { } flatness)
            {
                rising += flatness.IsFlat ? 0 : 1;
                table.Row(
                    $"{line.Panel}: {line.Name}", flatness.Second, flatness.Last, flatness.Limit,
                    flatness.IsFlat ? "flat" : "RISES");
            }
        table.Print($"{options.Duration.TotalMinutes:F0} minutes over {options.Engine}, medians");
        Console.WriteLine(
            $"{totals.Requests} requests ({options.Rate} a second wanted), {totals.Watches} watches and long polls "
                + $"with {totals.WatchEvents} events, " +
            $"{totals.Webhooks} webhooks with {totals.WebhookCalls} calls, {restarts} restarts; {totals.Failures} "
                + "failures.");
        Console.WriteLine($"The picture is {picture}; beside it are samples.csv, failures.txt and kv.log.");
        if (rising > 0)
            Console.WriteLine($"FAILED: {rising} lines rise.");
        if (totals.Failures > 0)
            Console.WriteLine($"FAILED: {totals.Failures} failures, see failures.txt.");
        return rising > 0 || totals.Failures > 0 ? 1 : 0;
    }

    private static string Cell(double value) =>
        double.IsNaN(value) ? "" : value.ToString("0.##", CultureInfo.InvariantCulture);
}
