namespace Kv.Api.Watching;

/// <summary>How watches over HTTP are kept alive.</summary>
internal sealed record WatchOptions
{
    /// <summary>How often a watch without changes says that it is still there, 1 s to 300 s. Default 15 s.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(15);
}
