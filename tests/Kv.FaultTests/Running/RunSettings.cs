using System.Globalization;

namespace Kv.FaultTests.Running;

/// <summary>The settings of a run.</summary>
internal sealed record RunSettings
{
    /// <summary>The seed from which faults and calls are drawn.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How long clients call and faults happen, in seconds; 5 to 86 400.</summary>
    public int Seconds { get; init; } = 30;

    /// <summary>The store under Kv.</summary>
    public Engine Engine { get; init; } = Engine.Etcd;

    /// <summary>The faults that may happen, by name; null for all.</summary>
    public IReadOnlyList<string>? Faults { get; init; }

    /// <summary>How many calls all clients together make in a second at most.</summary>
    public int Rate { get; init; } = 120;

    /// <summary>How long Kv may take to catch up once all is well, in seconds; 1 to 600.</summary>
    public int SettleSeconds { get; init; } = 60;

    /// <summary>The build of Kv to run; null for the one that is built with this program.</summary>
    public string? Server { get; init; }

    /// <summary>Further environment variables of Kv.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The command that repeats the run.</summary>
    public string Command
    {
        get
        {
            var command = string.Create(
                CultureInfo.InvariantCulture,
                $"scripts/faults.sh --seconds {Seconds} --seed {Seed} --engine {Engine.ToString().ToLowerInvariant()}");
            if (Faults is not null)
                command += $" --faults {string.Join(',', Faults)}";
            if (Rate != new RunSettings().Rate)
                command += string.Create(CultureInfo.InvariantCulture, $" --rate {Rate}");
            if (SettleSeconds != new RunSettings().SettleSeconds)
                command += string.Create(CultureInfo.InvariantCulture, $" --settle {SettleSeconds}");
            if (Server is not null)
                command += $" --server {Server}";
            return Environment.Aggregate(command, (text, variable) => $"{text} --env {variable.Key}={variable.Value}");
        }
    }
}

/// <summary>The store under Kv.</summary>
internal enum Engine
{
    /// <summary>Three etcd members under two replicas.</summary>
    Etcd,

    /// <summary>One Kv on a data directory.</summary>
    Embedded,
}
