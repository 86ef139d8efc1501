namespace Kv.Benchmarks.Soak;

/// <summary>What is drawn as one line, and judged where it has a tolerance.</summary>
internal sealed class SoakLine(string panel, string name, Tolerance? tolerance = null)
{
    /// <summary>What is measured, with its unit: the title of the panel that the line is drawn in.</summary>
    public string Panel => panel;

    /// <summary>What it is measured of.</summary>
    public string Name => name;

    /// <summary>The samples in order; NaN where nothing was measured.</summary>
    public List<double> Values { get; } = [];

    /// <summary>Whether it ends flat; null where it is not judged.</summary>
    public Flatness? Judge() => tolerance is { } some ? Flatness.Of(Values, some) : null;
}
