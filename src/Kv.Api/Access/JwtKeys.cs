using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Kv.Api.Access;

/// <summary>Reads the public keys that verify tokens: PEM (RFC 7468), or a JSON Web Key Set (RFC 7517).</summary>
internal static class JwtKeys
{
    private const int MinRsaBits = 2048;

    // P-256, P-384 and P-521 (RFC 5480, section 2.1.1.1).
    private static readonly string[] NistCurves = ["1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"];

    private static readonly string[] RsaAlgorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
    ];

    /// <summary>Reads the keys from a text.</summary>
    /// <exception cref="CryptographicException">The text contains no key, or an unsuitable one.</exception>
    public static JwtKeySet Read(string text) =>
        TryRead(text) ?? throw new CryptographicException("The file has no public key that can verify tokens.");

    /// <summary>Reads the keys from a text; null when it contains no key, or an unsuitable one.</summary>
    public static JwtKeySet? TryRead(string text)
    {
        try
        {
            var keys = text.TrimStart().StartsWith('{') ? OfSet(text) : OfPem(text);
            return keys.Count > 0 && keys.All(key => AlgorithmsOf(key).Count > 0) ? new JwtKeySet(keys) : null;
        }
        catch (Exception error) when (
            error is CryptographicException or ArgumentException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>
    /// The token algorithms that a key may verify. They exclude algorithms that would use the public key as a shared
    /// secret (RFC 8725, sections 2.1 and 3.1). Empty for a key that is too weak or of another kind.
    /// </summary>
    public static IReadOnlyList<string> AlgorithmsOf(SecurityKey key) => key switch
    {
        RsaSecurityKey { PrivateKeyStatus: not PrivateKeyStatus.Exists }
            or JsonWebKey { Kty: JsonWebAlgorithmsKeyTypes.RSA, HasPrivateKey: false }
            when key.KeySize >= MinRsaBits => RsaAlgorithms,
        // A key with a certificate in its set.
        X509SecurityKey { PublicKey: RSA, KeySize: >= MinRsaBits } => RsaAlgorithms,
        X509SecurityKey { PublicKey: ECDsa curve } => EcdsaAlgorithms(curve.KeySize),
        ECDsaSecurityKey { PrivateKeyStatus: not PrivateKeyStatus.Exists }
            or JsonWebKey { Kty: JsonWebAlgorithmsKeyTypes.EllipticCurve, HasPrivateKey: false }
            => EcdsaAlgorithms(key.KeySize),
        _ => [],
    };

    private static IReadOnlyList<string> EcdsaAlgorithms(int keySize) => keySize switch
    {
        256 => [SecurityAlgorithms.EcdsaSha256],
        384 => [SecurityAlgorithms.EcdsaSha384],
        521 => [SecurityAlgorithms.EcdsaSha512],
        _ => [],
    };

    private static List<SecurityKey> OfSet(string text) =>
        [.. new JsonWebKeySet(text).Keys.Where(key => key.Use is null or "" or JsonWebKeyUseNames.Sig)];

    private static List<SecurityKey> OfPem(string text)
    {
        var keys = new List<SecurityKey>();
        var rest = text.AsSpan();
        while (PemEncoding.TryFind(rest, out var block))
        {
            keys.Add(Import(rest[block.Label], rest[block.Location]));
            rest = rest[block.Location.End..];
        }
        return keys;
    }

    // The label "PUBLIC KEY" does not determine the kind of the key: try both.
    private static SecurityKey Import(ReadOnlySpan<char> label, ReadOnlySpan<char> pem)
    {
        if (label is not ("PUBLIC KEY" or "RSA PUBLIC KEY"))
            throw new CryptographicException("Not a public key.");
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem);
            return new RsaSecurityKey(rsa.ExportParameters(includePrivateParameters: false));
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            var ecdsa = ECDsa.Create();
            ecdsa.ImportFromPem(pem);
            // Other curves have keys of the same lengths, but no token algorithm.
            if (!NistCurves.Contains(ecdsa.ExportParameters(includePrivateParameters: false).Curve.Oid.Value))
                throw new CryptographicException("Not a curve for tokens.");
            return new ECDsaSecurityKey(ecdsa);
        }
        finally
        {
            rsa.Dispose();
        }
    }
}

/// <summary>The public keys of an issuer.</summary>
internal sealed record JwtKeySet(IReadOnlyList<SecurityKey> Keys);
