namespace Kv.FaultTests.History;

/// <summary>
/// A change as the store itself keeps it: of etcd, read by a watch from the first revision on; of the embedded engine,
/// from its table of changes. The changes of a history are complete, and in the order of their revisions.
/// </summary>
internal sealed record StoredChange : HistoryRecord
{
    /// <summary>The revision that made it. Changes of one transaction share one.</summary>
    public required long Revision { get; init; }

    /// <summary>
    /// The first part of the key's layout below the base prefix: <c>kv</c>, <c>webhooks</c>, <c>deliveries</c>,
    /// <c>audit</c> ….
    /// </summary>
    public required string Space { get; init; }

    /// <summary>The tenant, as <c>namespace/app</c>; empty where the space has none.</summary>
    public required string Tenant { get; init; }

    public required string Key { get; init; }

    /// <summary>The value; null when the key was removed. Spaces other than <c>kv</c> may leave it out.</summary>
    public string? Value { get; init; }

    public bool IsRemoved { get; init; }

    /// <summary>The Unix second at which it expires, as its lease or its row says; null when it does not.</summary>
    public long? ExpireAt { get; init; }
}
