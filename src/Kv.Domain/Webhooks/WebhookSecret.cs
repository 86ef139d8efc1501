using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Kv.Domain.Webhooks;

/// <summary>
/// The key that signs a webhook's messages: Standard Webhooks 1.0, symmetric signatures
/// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
/// </summary>
public sealed class WebhookSecret
{
    /// <summary>The prefix of the written form; the key in base64 follows.</summary>
    public const string Prefix = "whsec_";

    /// <summary>The shortest key, in bytes: the specification's 192 bits.</summary>
    public const int MinBytes = 24;

    /// <summary>The longest key, in bytes: the specification's 512 bits.</summary>
    public const int MaxBytes = 64;

    private const int NewBytes = 32;

    private readonly byte[] _key;

    private WebhookSecret(byte[] key) => _key = key;

    /// <summary>Creates a random secret.</summary>
    public static WebhookSecret New() => new(RandomNumberGenerator.GetBytes(NewBytes));

    /// <summary>Reads the written form, with or without its prefix; null when the text is malformed.</summary>
    public static WebhookSecret? TryParse(string text)
    {
        var encoded = text.StartsWith(Prefix, StringComparison.Ordinal) ? text.AsSpan(Prefix.Length) : text;
        if (!Base64.IsValid(encoded, out var length) || length is < MinBytes or > MaxBytes)
            return null;
        return new WebhookSecret(Convert.FromBase64String(encoded.ToString()));
    }

    /// <summary>
    /// The written form. Only the store and the response that creates the secret may contain it; never log it.
    /// </summary>
    public string Reveal() => Prefix + Convert.ToBase64String(_key);

    /// <summary>
    /// The signature of a message in the format of the header <c>webhook-signature</c>: <c>v1,</c> and base64.
    /// </summary>
    /// <param name="id">The header <c>webhook-id</c>.</param>
    /// <param name="timestamp">The header <c>webhook-timestamp</c>: the Unix second of sending.</param>
    /// <param name="body">The body, byte for byte.</param>
    public string Sign(string id, long timestamp, ReadOnlySpan<byte> body)
    {
        var head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}."));
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        hmac.AppendData(head);
        hmac.AppendData(body);
        return $"v1,{Convert.ToBase64String(hmac.GetHashAndReset())}";
    }

    /// <summary>Hides the secret.</summary>
    public override string ToString() => Prefix + "...";
}
