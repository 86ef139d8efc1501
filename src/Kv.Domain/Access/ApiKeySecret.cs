using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Kv.Domain.Access;

/// <summary>
/// The text of an API key: <c>kv_{id}_{secret}</c>. The id is public and names the key in listings and logs. Of the
/// secret, Kv keeps only a hash.
/// </summary>
/// <remarks>
/// The secret is 32 random bytes, so a plain SHA-256 is enough: slow hashes exist for passwords, which can be guessed
/// (NIST SP 800-63B, section 5.1.2.2, requires them below 112 bits of entropy).
/// </remarks>
public sealed class ApiKeySecret
{
    /// <summary>The prefix of every API key.</summary>
    public const string Prefix = "kv_";

    private const int IdBytes = 8;
    private const int SecretBytes = 32;
    private const int IdLength = 2 * IdBytes;
    private const int SecretLength = 43;
    private const int Length = IdLength + 1 + SecretLength + 3;

    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    private static readonly SearchValues<char> Base64UrlCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private readonly string _text;

    private ApiKeySecret(string text) => _text = text;

    /// <summary>The key's id: 16 hexadecimal digits.</summary>
    public string Id => _text.Substring(Prefix.Length, IdLength);

    /// <summary>Creates a random secret.</summary>
    public static ApiKeySecret New() => new(
        $"{Prefix}{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes))}_"
        + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes)));

    /// <summary>Parses a credential; null when it does not have the form of an API key.</summary>
    public static ApiKeySecret? TryParse(string text) =>
        text.Length == Length && text.StartsWith(Prefix, StringComparison.Ordinal)
        && text[Prefix.Length + IdLength] == '_'
        && IsId(text.AsSpan(Prefix.Length, IdLength))
        && text.AsSpan(Length - SecretLength).IndexOfAnyExcept(Base64UrlCharacters) < 0
            ? new ApiKeySecret(text)
            : null;

    /// <summary>Whether a text has the form of an API key's id.</summary>
    public static bool IsId(ReadOnlySpan<char> text) =>
        text.Length == IdLength && text.IndexOfAnyExcept(Hexadecimal) < 0;

    /// <summary>The hash that Kv stores: SHA-256 of the whole text.</summary>
    public byte[] Hash() => SHA256.HashData(Encoding.ASCII.GetBytes(_text));

    /// <summary>The whole text. Only the response that creates the key may contain it; never store or log it.</summary>
    public string Reveal() => _text;

    /// <summary>The id without the secret.</summary>
    public override string ToString() => $"{Prefix}{Id}_...";
}
