namespace Kv.FaultTests.Checkers;

/// <summary>A key as a change of the store left it.</summary>
/// <param name="Name">The key.</param>
/// <param name="Revision">The revision of the change.</param>
/// <param name="Value">The value; null when the change removed the key.</param>
/// <param name="ExpireAt">The Unix second at which it expires; null when it does not.</param>
/// <param name="Before">How it stood before; null when there was no such key.</param>
internal sealed record KeyVersion(KeyName Name, long Revision, string? Value, long? ExpireAt, KeyVersion? Before)
{
    public bool IsRemoved => Value is null;

    /// <summary>The change, as watches and webhooks name it; every removal is <c>delete</c>.</summary>
    public string Event => IsRemoved ? "delete" : Before is null ? "create" : "update";

    public override string ToString() => IsRemoved
        ? $"{Name} removed at revision {Revision}"
        : $"{Name} = {Value} at revision {Revision}{(ExpireAt is { } at ? $", expires at {at}" : "")}";
}
