namespace Kv.FaultTests.Checkers;

/// <summary>A change of a key, as a watch or a history tells it.</summary>
internal readonly record struct ToldChange(string? Event, string? Value, long? ExpireAt, string? Reason)
{
    /// <summary>How it differs from the store's change; null when it does not.</summary>
    public string? Difference(Evidence evidence, KeyVersion change)
    {
        if (Event != change.Event)
            return $"told as {Event}";
        if (Value != change.Value)
            return "told with another value";
        if (ExpireAt != change.ExpireAt)
            return $"told to expire at {ExpireAt}";
        if (!change.IsRemoved)
            return null;
        // etcd does not tell why a key is gone: one that a call deleted behind its deadline is told as expired.
        return Reason switch
        {
            "deleted" when evidence.MayBeDeleted(change) => null,
            "expired" when Evidence.MayBeExpired(change) => null,
            _ => $"told as {Reason}",
        };
    }
}
