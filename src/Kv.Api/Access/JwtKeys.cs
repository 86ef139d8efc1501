using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Kv.Api.Access;

/// <summary>Reads the public keys with which tokens are verified: PEM (RFC 7468), or a JSON Web Key Set (RFC 7517).</summary>
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

    /// <summary>Every algorithm that signs with one key and verifies with another.</summary>
    public static readonly IReadOnlyList<string> AsymmetricAlgorithms =
        [.. RsaAlgorithms, SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512];

    /// <summary>The keys of a text.</summary>
    /// <exception cref="CryptographicException">There is none in it, or one that is not good for it.</exception>
    public static JwtKeySet Read(string text) => TryRead(text) ?? throw new CryptographicException("They are no public keys for tokens.");

    /// <summary>The keys of a text; null when there is none in it, or one that is not good for it.</summary>
    public static JwtKeySet? TryRead(string text)
    {
        try
        {
            var keys = text.TrimStart().StartsWith('{') ? OfSet(text) : OfPem(text);
            return keys.Count > 0 && keys.All(key => AlgorithmsOf(key).Count > 0) ? new JwtKeySet(keys) : null;
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>What a key verifies; nothing where it is too weak, or of another kind.</summary>
    public static IReadOnlyList<string> AlgorithmsOf(SecurityKey key) => key switch
    {
        RsaSecurityKey { PrivateKeyStatus: not PrivateKeyStatus.Exists } or JsonWebKey { Kty: JsonWebAlgorithmsKeyTypes.RSA, HasPrivateKey: false }
            when key.KeySize >= MinRsaBits => RsaAlgorithms,
        ECDsaSecurityKey { PrivateKeyStatus: not PrivateKeyStatus.Exists } or JsonWebKey { Kty: JsonWebAlgorithmsKeyTypes.EllipticCurve, HasPrivateKey: false }
            => key.KeySize switch
            {
                256 => [SecurityAlgorithms.EcdsaSha256],
                384 => [SecurityAlgorithms.EcdsaSha384],
                521 => [SecurityAlgorithms.EcdsaSha512],
                _ => [],
            },
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

    // Of a "PUBLIC KEY" only its content tells the kind.
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
            // Other curves have keys of these lengths too, but no algorithm of a token.
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
