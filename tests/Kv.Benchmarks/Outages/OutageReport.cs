using System.Globalization;
using Kv.Benchmarks.Growth;
using Kv.Testing;

namespace Kv.Benchmarks.Outages;

/// <summary>Measures how each fault affects callers, and for how long, and prints a table.</summary>
internal static class OutageReport
{
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Fault = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan UntilDelivered = TimeSpan.FromSeconds(60);

    /// <param name="directory">Where Kv was published to.</param>
    /// <param name="names">Words of the faults to measure; all faults if there are none.</param>
    public static async Task Run(string directory, IReadOnlyList<string> names)
    {
        var table = new Table(
            "fault, for 10 s", "calls", "failed", "outcome unknown", "last failure", "slowest call, s",
            "slowest webhook, s");
        foreach (var fault in OutageFault.All)
            if (names.Count == 0 || names.Any(name => fault.Name.Contains(name, StringComparison.OrdinalIgnoreCase)))
                await Measure(directory, fault, table);
        table.Print(
            "100 calls a second, reads and writes by turns, through one of two replicas over three etcd members");
    }

    private static async Task Measure(string directory, OutageFault fault, Table table)
    {
        await using var bench = await OutageBench.Start(directory);
        await using var calls = new OutageCalls(bench.Called.Address);
        await calls.Register();
        using var over = new CancellationTokenSource();
        var calling = calls.Run(over.Token);
        await Task.Delay(Before);

        var begun = calls.Now;
        await fault.Begin(bench);
        await Task.Delay(Fault);
        var healed = calls.Now;
        await bench.Heal();
        await Task.Delay(After);
        await over.CancelAsync();
        await calling;
        await Eventually.Holds(() => calls.Undelivered == 0, "every write is delivered", UntilDelivered);

        // Calls that were running when the fault began have met it as well.
        var met = calls.Done.Where(call => call.Ended >= begun).ToList();
        var failed = met.Where(call => !call.IsGood).ToList();
        table.Row(
            fault.Name, met.Count, failed.Count, failed.Count(call => call.IsUnknown),
            failed.Count == 0 ? "" : When(failed.Max(call => call.Ended), begun, healed),
            met.Max(call => call.Ended - call.Sent), calls.LatestWebhook(begun - 1));
    }

    private static string When(double last, double begun, double healed) => last <= healed
        ? string.Create(CultureInfo.InvariantCulture, $"{last - begun:F1} s after it began")
        : string.Create(CultureInfo.InvariantCulture, $"{last - healed:F1} s after it ended");
}
