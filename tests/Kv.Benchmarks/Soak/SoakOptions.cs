using System.Globalization;

namespace Kv.Benchmarks.Soak;

/// <summary>How long and how hard a soak loads Kv.</summary>
internal sealed record SoakOptions
{
    /// <summary>How long the load lasts. Default 10 minutes.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The engine: etcd (two replicas) or embedded (one process). Default etcd.</summary>
    public string Engine { get; init; } = "etcd";

    /// <summary>Requests per second over all replicas. Default 300.</summary>
    public int Rate { get; init; } = 300;

    /// <summary>The directory that takes samples.csv and soak.svg.</summary>
    public string Output { get; init; } = "artifacts/soak";

    /// <summary>How often everything is sampled: 3 s, and less often in a run of more than an hour.</summary>
    public TimeSpan Interval => TimeSpan.FromSeconds(Math.Max(3, Duration.TotalSeconds / 1200));

    /// <exception cref="ArgumentException">An option is unknown, or its value is not allowed.</exception>
    public static SoakOptions Parse(ReadOnlySpan<string> arguments)
    {
        var options = new SoakOptions();
        for (var i = 0; i < arguments.Length; i += 2)
        {
            var value = i + 1 < arguments.Length
                ? arguments[i + 1]
                : throw new ArgumentException($"{arguments[i]} needs a value.");
            options = arguments[i] switch
            {
                "--minutes" =>
                    options with { Duration = TimeSpan.FromMinutes(Number(arguments[i], value, 1, 60 * 24 * 7)) },
                "--rate" => options with { Rate = (int)Number(arguments[i], value, 10, 10_000) },
                "--engine" when value is "etcd" or "embedded" => options with { Engine = value },
                "--engine" => throw new ArgumentException($"--engine {value}: etcd or embedded"),
                "--out" => options with { Output = value },
                _ => throw new ArgumentException($"{arguments[i]}: any of --minutes, --rate, --engine, --out"),
            };
        }
        return options;
    }

    private static double Number(string name, string value, double least, double most) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least
            && number <= most
            ? number
            : throw new ArgumentException($"{name} {value}: a number from {least} to {most}");
}
