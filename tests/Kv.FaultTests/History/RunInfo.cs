namespace Kv.FaultTests.History;

/// <summary>The description of a run, and the bounds by which its history is judged.</summary>
internal sealed record RunInfo : HistoryRecord
{
    /// <summary>The seed from which faults and calls were drawn.</summary>
    public required long Seed { get; init; }

    /// <summary><c>etcd</c> or <c>embedded</c>.</summary>
    public required string Engine { get; init; }

    /// <summary>The command that repeats the run.</summary>
    public required string Command { get; init; }

    /// <summary>When the run began, by the wall clock of the machine.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How long a call may take at most, in microseconds, without the time that it asks Kv to wait.</summary>
    public required long CallBound { get; init; }

    /// <summary>
    /// How far the clocks of the run's processes may be apart, in microseconds. A run in which clocks jump sets more.
    /// </summary>
    public long ClockTolerance { get; init; } = 250_000;

    /// <summary>
    /// From when on all receivers answer 2xx and no fault is active; null when the run never came so far.
    /// </summary>
    public long? WellFrom { get; init; }

    /// <summary>
    /// The store's revision when the run had come to rest and its watches and receivers were about to be given time to
    /// catch up: watches and webhooks must have received everything up to it. Null when the run never came to rest.
    /// </summary>
    public long? SettledRevision { get; init; }

    /// <summary>Whether <c>AUDIT=store</c> is set, so that each change of a key has a record.</summary>
    public bool IsAudited { get; init; }

    /// <summary>
    /// Pairs of keys that are only ever written together, both with the same value: a snapshot shows them equal.
    /// </summary>
    public IReadOnlyList<KeyPair> Pairs { get; init; } = [];
}

/// <summary>Two keys that are only ever written in one transaction, both with the same value.</summary>
internal sealed record KeyPair(string Tenant, string First, string Second);
