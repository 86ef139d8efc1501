namespace Kv.Benchmarks.Soak;

/// <summary>A line of the picture, which is judged if it has a tolerance.</summary>
internal sealed class SoakLine(string panel, string name, Tolerance? tolerance = null)
{
    /// <summary>The measured quantity with its unit: the title of the panel of the line.</summary>
    public string Panel => panel;

    /// <summary>The process or the kind of call that is measured.</summary>
    public string Name => name;

    /// <summary>The samples in order; NaN where nothing was measured.</summary>
    public List<double> Values { get; } = [];

    /// <summary>Whether it ends flat; null where it is not judged.</summary>
    public Flatness? Judge() => tolerance is { } some ? Flatness.Of(Values, some) : null;
}
