namespace Kv.Infrastructure.Storage;

/// <summary>Where the embedded engine keeps its data, and how much of its history.</summary>
public sealed record EmbeddedOptions
{
    /// <summary>
    /// The directory of the database; it is created when it is missing. Only one process may use it. Default "data".
    /// </summary>
    public string DataDirectory { get; init; } = "data";

    /// <summary>
    /// How many revisions of history are kept for reads of the past and for watches; older ones are compacted. Default
    /// 100 000.
    /// </summary>
    public long HistoryRevisions { get; init; } = 100_000;

    /// <summary>How long a request may wait for the engine before it counts as unavailable. Default 3 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);
}
