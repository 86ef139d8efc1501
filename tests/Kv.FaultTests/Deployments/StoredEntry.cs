using System.Text;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Deployments;

/// <summary>A change of one entry of the store, as the store itself reports it.</summary>
/// <param name="Revision">The revision that made it.</param>
/// <param name="Path">The entry's whole key.</param>
/// <param name="Value">Its value; null when it was removed.</param>
/// <param name="ExpireAt">The Unix second at which it expires; null when it does not.</param>
internal sealed record StoredEntry(long Revision, string Path, byte[]? Value, long? ExpireAt)
{
    /// <summary>The prefix of every key of Kv.</summary>
    public const string Base = "/kvstore/";

    /// <summary>The first part of the key behind <see cref="Base"/>.</summary>
    public string Space => Parts[0];

    /// <summary>The entry as a record of the history.</summary>
    public StoredChange ToChange()
    {
        var parts = Parts;
        var hasTenant = Space is "kv" or "webhooks" or "content" or "audit" or "idempotency" or "kv_traces"
            && parts.Length == 4;
        return new StoredChange
        {
            Revision = Revision,
            Space = Space,
            Tenant = hasTenant ? $"{parts[1]}/{parts[2]}" : "",
            Key = hasTenant ? parts[3] : string.Join('/', parts.Skip(1)),
            // Other spaces hold internal records of Kv, which would only make the history large.
            Value = Space == "kv" && Value is not null ? Encoding.UTF8.GetString(Value) : null,
            IsRemoved = Value is null,
            ExpireAt = ExpireAt,
        };
    }

    // A key of a tenant may hold slashes itself.
    private string[] Parts => Path[Base.Length..].Split('/', 4);
}
