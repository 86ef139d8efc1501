namespace Kv.FaultTests.History;

/// <summary>
/// One connection of a watch. A watch is one reader, which may use several connections.
/// </summary>
internal sealed record WatchConnection : HistoryRecord
{
    /// <summary>The watch: the same for all connections of a reader.</summary>
    public required string Watch { get; init; }

    /// <summary>The number of the connection within the watch, from 0.</summary>
    public required int Number { get; init; }

    public required string Replica { get; init; }

    public string Tenant { get; init; } = "default/default";

    /// <summary>The prefix of the watched keys; null when one key is watched.</summary>
    public string? Prefix { get; init; }

    /// <summary>The key that is watched; null when a prefix is.</summary>
    public string? Key { get; init; }

    /// <summary>The sent <c>since</c> or <c>Last-Event-ID</c>; null when neither was sent: from now on.</summary>
    public long? Since { get; init; }

    /// <summary>When it was asked for.</summary>
    public required long Start { get; init; }

    /// <summary>When it was over.</summary>
    public required long End { get; init; }

    /// <summary>The status; null when there was no answer.</summary>
    public int? Status { get; init; }

    /// <summary>When the answer began; null when there was none.</summary>
    public long? AnsweredAt { get; init; }

    /// <summary>The answer instead of events; null when there were events, or no answer.</summary>
    public Answer? Refusal { get; init; }

    /// <summary>
    /// The longest time in which neither an event nor a heartbeat came; null when there were no events.
    /// </summary>
    public Silence? LongestSilence { get; init; }

    /// <summary><c>KV-Revision</c>: behind which revision it begins.</summary>
    public long? Revision { get; init; }

    /// <summary>The oldest revision that the store keeps, as 410 or the event <c>gone</c> reports it.</summary>
    public long? OldestRevision { get; init; }
}

/// <summary>A time without events and heartbeats.</summary>
internal sealed record Silence(long From, long To);

/// <summary>An event or a heartbeat of a connection of a watch.</summary>
internal sealed record WatchEvent : HistoryRecord
{
    public required string Watch { get; init; }

    /// <summary>The <see cref="WatchConnection.Number"/> over which it came.</summary>
    public required int Connection { get; init; }

    /// <summary>When it came.</summary>
    public required long At { get; init; }

    /// <summary>
    /// <c>create</c>, <c>update</c>, <c>delete</c>, <c>gone</c>; null for a heartbeat, which has an id alone.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>
    /// The <c>id</c>: everything up to this revision was delivered. Null on all but the last event of a revision.
    /// </summary>
    public long? Id { get; init; }

    public string? Key { get; init; }

    public string? Value { get; init; }

    /// <summary>The revision of the change, from the member <c>etag</c>.</summary>
    public long? ETag { get; init; }

    /// <summary><c>deleted</c> or <c>expired</c>.</summary>
    public string? Reason { get; init; }

    public long? ExpireAt { get; init; }
}
