namespace Kv.Api.Watching;

/// <summary>The settings of watches.</summary>
public sealed record WatchOptions
{
    /// <summary>The interval of heartbeats on a watch without changes, 1 s to 300 s.</summary>
    public required TimeSpan Heartbeat { get; init; }
}
