using System.Globalization;

namespace Kv.FaultTests.Running;

/// <summary>The arguments of the command line.</summary>
internal sealed record CommandLine
{
    public const string Usage =
        """
        Runs Kv, calls it while faults happen, and judges what was seen.

          --seconds N          how long clients call and faults happen (5 to 86400; default 30)
          --seed S             the seed from which calls and faults are drawn (default 1)
          --seeds A..B         one run for each seed from A to B, and a table of them
          --engine E           etcd (default) or embedded
          --faults A,B,...     only these faults; a name stands for all that begin with it, "none" for none (default: all)
          --rate N             how many calls all clients together make in a second at most (1 to 10000; default 120)
          --server FILE        another Kv.Api.dll than the one of this build
          --env NAME=VALUE     a further environment variable of Kv; may be repeated
          --history DIRECTORY  where histories are saved (default artifacts/faults); those of runs that fail
          --keep               saves the histories of all runs
          --settle N           how long Kv may take to catch up once all is well, in seconds (1 to 600; default 60)
          --planted A,B,...    instead: plants bugs into a copy of Kv, runs it with one after the other until a checker finds it,
                               and tells which one did; "all" for all of them. Runs are of 10 seconds, unless --seconds follows

          judge FILE           judges a saved history

        Exit code: 0 when all is as Kv promises, 1 when something is not, 2 when nothing could be run.
        """;

    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    /// <summary>The first run.</summary>
    public required RunSettings Run { get; init; }

    /// <summary>The last seed.</summary>
    public required int LastSeed { get; init; }

    /// <summary>Where histories are saved.</summary>
    public string Histories { get; init; } = Path.Combine("artifacts", "faults");

    /// <summary>The bugs that are planted; null for none.</summary>
    public IReadOnlyList<string>? Planted { get; init; }

    /// <summary>Whether the histories of runs without violations are saved, too.</summary>
    public bool KeepsAll { get; init; }

    /// <summary>The runs, one for each seed.</summary>
    public IEnumerable<RunSettings> Runs =>
        Enumerable.Range(Run.Seed, LastSeed - Run.Seed + 1).Select(seed => Run with { Seed = seed });

    /// <exception cref="ArgumentException">An argument is unknown or invalid.</exception>
    public static CommandLine Parse(IReadOnlyList<string> args)
    {
        var line = new CommandLine { Run = new RunSettings(), LastSeed = new RunSettings().Seed };
        for (var i = 0; i < args.Count; i++)
        {
            var name = args[i];
            if (name == "--keep")
                line = line with { KeepsAll = true };
            else
                line = line.With(
                    name,
                    i + 1 < args.Count ? args[++i] : throw new ArgumentException($"{name}: its value is missing"));
        }
        return line;
    }

    private CommandLine With(string name, string value) => name switch
    {
        "--seconds" => this with { Run = Run with { Seconds = Number(name, value, 5, 86_400) } },
        "--seed" => WithSeeds(name, value, value),
        "--seeds" => value.Split("..") is [var first, var last]
            ? WithSeeds(name, first, last)
            : throw new ArgumentException($"{name}: '{value}' is no range such as 1..8"),
        "--engine" => this with { Run = Run with { Engine = ToEngine(value) } },
        "--faults" => this with { Run = Run with { Faults = value.Split(',') } },
        "--rate" => this with { Run = Run with { Rate = Number(name, value, 1, 10_000) } },
        "--server" => this with
        {
            Run = Run with
            {
                Server = File.Exists(value)
                    ? value
                    : throw new ArgumentException($"{name}: there is no file '{value}'"),
            },
        },
        "--env" => value.Split('=', 2) is [{ Length: > 0 } variable, var set]
            ? this with
            {
                Run = Run with
                {
                    Environment = new Dictionary<string, string>(Run.Environment) { [variable] = set },
                },
            }
            : throw new ArgumentException($"{name}: '{value}' is not NAME=VALUE"),
        "--settle" => this with { Run = Run with { SettleSeconds = Number(name, value, 1, 600) } },
        "--planted" => this with { Planted = value.Split(','), Run = Run with { Seconds = 10, SettleSeconds = 10 } },
        "--history" => this with { Histories = value },
        _ => throw new ArgumentException($"'{name}' is not understood"),
    };

    private CommandLine WithSeeds(string name, string first, string last)
    {
        var (from, to) = (Number(name, first, 0, int.MaxValue - 1), Number(name, last, 0, int.MaxValue - 1));
        return from <= to
            ? this with { Run = Run with { Seed = from }, LastSeed = to }
            : throw new ArgumentException($"{name}: {first} is more than {last}");
    }

    private static Engine ToEngine(string value) => value switch
    {
        "etcd" => Engine.Etcd,
        "embedded" => Engine.Embedded,
        _ => throw new ArgumentException($"--engine: '{value}' is neither etcd nor embedded"),
    };

    private static int Number(string name, string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, Plain, out var number) && number >= least && number <= most
            ? number
            : throw new ArgumentException($"{name}: '{text}' is no number from {least} to {most}");
}
