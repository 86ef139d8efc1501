namespace Kv.Infrastructure;

/// <summary>Under which name Kv's own measurements are found.</summary>
public static class Telemetry
{
    /// <summary>The name of every meter of Kv's own.</summary>
    public const string Name = "Kv";
}
