using Kv.FaultTests.Checkers;
using Kv.FaultTests.Faults;
using Kv.FaultTests.History;
using Kv.FaultTests.Planting;

namespace Kv.FaultTests.Running;

/// <summary>The command that runs.</summary>
internal static class RunCommand
{
    /// <summary>Executes a command line.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> Run(IReadOnlyList<string> args)
    {
        CommandLine line;
        try
        {
            line = CommandLine.Parse(args);
            _ = FaultCatalog.Chosen(line.Run);
            if (line.Planted is not null)
                _ = PlantedCommand.Chosen(line.Planted);
        }
        catch (ArgumentException e)
        {
            await Console.Error.WriteLineAsync($"{e.Message}\n\n{CommandLine.Usage}");
            return 2;
        }
        if (line.Planted is not null)
            return await PlantedCommand.Run(line.Planted, line.Run);
        var report = new RunReport(Console.Out);
        report.Begin();
        var code = 0;
        foreach (var settings in line.Runs)
            code = Math.Max(code, await Run(settings, line, report));
        report.End();
        return code;
    }

    /// <summary>Runs once, and saves the history if it has violations.</summary>
    /// <param name="settings">The settings of the run.</param>
    /// <param name="directory">Where the history is saved.</param>
    /// <param name="keeps">Whether it is saved in any case.</param>
    /// <returns>The history, its violations, and the report; null where there is none.</returns>
    public static async Task<(RunHistory History, IReadOnlyList<Violation> Violations, string? Trouble)> Run(
        RunSettings settings, string directory, bool keeps)
    {
        var run = new FaultRun(settings);
        var file = Path.Combine(directory, $"{settings.Engine}-{settings.Seed}.ndjson".ToLowerInvariant());
        IReadOnlyList<Violation> violations;
        try
        {
            violations = await run.Run();
        }
        catch (Exception e)
        {
            await Save(run.History, file);
            throw new InvalidOperationException(
                $"The run did not come to its end. Its history is in {file}; to repeat it:\n  {settings.Command}", e);
        }
        if (violations.Count > 0 || keeps)
            await Save(run.History, file);
        var trouble = violations.Count == 0
            ? null
            : $"{RunReport.Of(violations)}\nThe history is in {file}; to repeat the run:\n  {settings.Command}";
        return (run.History, violations, trouble);
    }

    private static async Task<int> Run(RunSettings settings, CommandLine line, RunReport report)
    {
        try
        {
            var (history, violations, trouble) = await Run(settings, line.Histories, line.KeepsAll);
            report.Tell(history, violations);
            if (trouble is null)
                return 0;
            Console.WriteLine($"\n{trouble}\n");
            return 1;
        }
        catch (InvalidOperationException e)
        {
            await Console.Error.WriteLineAsync(e.ToString());
            return 2;
        }
    }

    private static Task Save(RunHistory history, string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        return HistoryFile.Save(history, file);
    }
}
