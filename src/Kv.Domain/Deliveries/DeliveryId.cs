using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Kv.Domain.Deliveries;

/// <summary>
/// The id of a delivery, which receivers see as <c>webhook-id</c>. It is derived from the webhook, the revision and the
/// key, so that it is the same at every attempt, by whichever replica: a receiver that has seen it can pass over it.
/// </summary>
public readonly record struct DeliveryId
{
    private const string Prefix = "msg_";
    private const int HashLength = 16;

    private DeliveryId(Guid webhookId, long revision, string hash) =>
        (WebhookId, Revision, KeyHash) = (webhookId, revision, hash);

    /// <summary>The webhook that it goes to.</summary>
    public Guid WebhookId { get; }

    /// <summary>The revision of the change that it tells of.</summary>
    public long Revision { get; }

    /// <summary>A hash of the key: several keys can change at one revision.</summary>
    public string KeyHash { get; }

    /// <summary>The id of what tells a webhook of a change.</summary>
    public static DeliveryId Of(Guid webhookId, long revision, string key)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(key));
        return new DeliveryId(webhookId, revision, Convert.ToHexStringLower(hash.AsSpan(0, HashLength / 2)));
    }

    /// <summary>Reads the written form; null when it is not one.</summary>
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

    /// <summary>The written form: <c>msg_{webhook}_{revision}_{hash of the key}</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{WebhookId:N}_{Revision}_{KeyHash}");
}
