namespace Kv.Api.Watching;

/// <summary>The settings of watches.</summary>
/// <param name="Heartbeat">The interval of heartbeats on a watch without changes, 1 s to 300 s.</param>
public sealed record WatchOptions(TimeSpan Heartbeat);
