using System.Diagnostics;
using System.Globalization;
using Kv.FaultTests.Running;

namespace Kv.FaultTests.Planting;

/// <summary>
/// Runs Kv with one planted bug after the other until a checker finds it, and reports the checker and the time that it
/// took.
/// </summary>
internal static class PlantedCommand
{
    /// <summary>The name that selects all bugs.</summary>
    public const string All = "all";

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    /// <summary>Looks for bugs.</summary>
    /// <param name="names">The bugs.</param>
    /// <param name="settings">How each run is made.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> Run(IReadOnlyList<string> names, RunSettings settings)
    {
        var bugs = Chosen(names);
        var server = await PlantedBuild.Make();
        var missed = 0;
        Console.WriteLine("| bug | engine | faults | found by | runs | seconds |");
        Console.WriteLine("|---|---|---|---|--:|--:|");
        foreach (var bug in bugs)
        {
            var start = Stopwatch.GetTimestamp();
            var (found, runs) = await Find(
                bug, settings with { Server = server }, _ => Stopwatch.GetElapsedTime(start) <= Bound);
            var took = Stopwatch.GetElapsedTime(start);
            if (found.Length == 0 || took > Bound)
                missed++;
            var by = found.Length > 0 ? string.Join(", ", found) : "**nothing**";
            Console.WriteLine(string.Create(
                Plain, $"| `{bug.Name}` | {bug.Engine} | {Faults(bug)} | {by} | {runs} | {took.TotalSeconds:F0} |"));
        }
        return missed == 0 ? 0 : 1;
    }

    /// <summary>The bugs of some names.</summary>
    /// <exception cref="ArgumentException">There is no bug of a name.</exception>
    public static IReadOnlyList<PlantedBug> Chosen(IReadOnlyList<string> names) => names is [All]
        ? PlantedBugs.All
        :
        [
            .. names.Select(name => PlantedBugs.All.FirstOrDefault(bug => bug.Name == name)
                ?? throw new ArgumentException($"--planted: there is no '{name}'; there are {All}, {Names}")),
        ];

    /// <summary>Runs until a checker finds a bug.</summary>
    /// <param name="settings">How each run is made, with the server that has the bug.</param>
    /// <param name="goesOn">Whether there is another run after this many.</param>
    /// <returns>The checkers that found it, and how many runs it took.</returns>
    public static async Task<(string[] Found, int Runs)> Find(
        PlantedBug bug, RunSettings settings, Func<int, bool> goesOn)
    {
        var setting = settings with
        {
            Engine = bug.Engine,
            Faults = bug.Faults,
            Seconds = Math.Max(settings.Seconds, bug.Seconds),
            Environment = new Dictionary<string, string>(settings.Environment) { [PlantedBuild.Variable] = bug.Name },
        };
        for (var runs = 1; ; runs++)
        {
            var run = new FaultRun(setting with { Seed = bug.FirstSeed + bug.SeedStep * (runs - 1) });
            var checkers = (await run.Run()).Select(violation => violation.Checker).Distinct();
            string[] found = [.. checkers.Where(bug.FoundBy.Contains)];
            if (found.Length > 0 || !goesOn(runs))
                return (found, runs);
        }
    }

    private static string Names => string.Join(", ", PlantedBugs.All.Select(bug => bug.Name));

    private static string Faults(PlantedBug bug) => bug.Faults is { } names ? string.Join(", ", names) : "all";
}
