using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Kv.Domain.Deliveries;

/// <summary>
/// The id of a delivery, which receivers see as <c>webhook-id</c>. It is derived from the webhook, the revision and the
/// key, so it is the same at every attempt and on every replica: receivers can detect duplicates by it. The ids of one
/// webhook sort by revision, then by the hash of the key, in the store as well.
/// </summary>
public readonly record struct DeliveryId : IComparable<DeliveryId>
{
    private const string Prefix = "msg_";
    private const string PingPrefix = "msg_ping_";
    private const int HashLength = 16;

    private DeliveryId(Guid webhookId, long revision, string hash) =>
        (WebhookId, Revision, KeyHash) = (webhookId, revision, hash);

    /// <summary>The webhook.</summary>
    public Guid WebhookId { get; }

    /// <summary>The revision of the change.</summary>
    public long Revision { get; }

    /// <summary>A hash of the key. It is needed because several keys can change at one revision.</summary>
    public string KeyHash { get; }

    /// <summary>The id of the delivery of a change to a webhook.</summary>
    public static DeliveryId For(Guid webhookId, long revision, string key)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(key));
        return new DeliveryId(webhookId, revision, Convert.ToHexStringLower(hash.AsSpan(0, HashLength / 2)));
    }

    /// <summary>Creates an id for a ping. Pings are not stored.</summary>
    public static string NewPing() => $"{PingPrefix}{Guid.NewGuid():N}";

    /// <summary>Whether a message id has the form of Kv's own ids, for deliveries or pings.</summary>
    public static bool IsOwn(string? text) =>
        text is not null && (text.StartsWith(PingPrefix, StringComparison.Ordinal) || TryParse(text) is not null);

    /// <summary>Reads the written form; null when the text is malformed.</summary>
    public static DeliveryId? TryParse(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        return text[Prefix.Length..].Split('_') is [var webhook, var revision, var hash]
            && Guid.TryParseExact(webhook, "N", out var webhookId)
            && long.TryParse(revision, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && hash.Length == HashLength
            && hash.All(char.IsAsciiHexDigitLower)
                ? new DeliveryId(webhookId, number, hash)
                : null;
    }

    public int CompareTo(DeliveryId other)
    {
        var byRevision = Revision.CompareTo(other.Revision);
        return byRevision != 0 ? byRevision : string.CompareOrdinal(KeyHash, other.KeyHash);
    }

    /// <summary>The written form: <c>msg_{webhook}_{revision}_{hash of the key}</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{WebhookId:N}_{Revision}_{KeyHash}");
}
