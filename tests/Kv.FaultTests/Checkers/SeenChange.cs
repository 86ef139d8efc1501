namespace Kv.FaultTests.Checkers;

/// <summary>A change of a key, as a watch or a history shows it.</summary>
internal readonly record struct SeenChange(string? Event, string? Value, long? ExpireAt, string? Reason)
{
    /// <summary>How it differs from the store's change; null when it does not.</summary>
    public string? Difference(Evidence evidence, KeyVersion change)
    {
        if (Event != change.Event)
            return $"shown as {Event}";
        if (Value != change.Value)
            return "shown with another value";
        if (ExpireAt != change.ExpireAt)
            return $"shown to expire at {ExpireAt}";
        if (!change.IsRemoved)
            return null;
        // etcd does not report why a key is gone: a key that a call deleted after its deadline is shown as expired.
        return Reason switch
        {
            "deleted" when evidence.MayBeDeleted(change) => null,
            "expired" when Evidence.MayBeExpired(change) => null,
            _ => $"shown as {Reason}",
        };
    }
}
