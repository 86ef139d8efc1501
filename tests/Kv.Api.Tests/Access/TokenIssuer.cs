using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Kv.Testing;

namespace Kv.Api.Tests.Access;

/// <summary>Issues valid and invalid JSON Web Tokens, and has its public keys in files.</summary>
internal static class TokenIssuer
{
    public const string Name = "https://issuer.example";
    public const string Audience = "kv";

    private static readonly TemporaryDirectory Directory = new();

    public static readonly RSA Rsa = RSA.Create(2048);
    public static readonly ECDsa Ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The public RSA key, as PEM.</summary>
    public static readonly string RsaPem = Rsa.ExportSubjectPublicKeyInfoPem();

    /// <summary>The public elliptic-curve key, as PEM.</summary>
    public static readonly string EcdsaPem = Ecdsa.ExportSubjectPublicKeyInfoPem();

    /// <summary>A file with the public RSA key.</summary>
    public static readonly string RsaFile = Write("rsa.pem", RsaPem);

    /// <summary>A file with both public keys.</summary>
    public static readonly string BothFile = Write("both.pem", $"{EcdsaPem}\n{RsaPem}\n");

    /// <summary>A file with the public RSA key as a set of keys.</summary>
    public static readonly string SetFile = Write("jwks.json", KeySet());

    public static string KeySet()
    {
        var key = Rsa.ExportParameters(includePrivateParameters: false);
        return new JsonObject { ["keys"] = new JsonArray(Jwk(key)) }.ToJsonString();
    }

    public static JsonObject Jwk(RSAParameters key) => new()
    {
        ["kty"] = "RSA",
        ["use"] = "sig",
        ["kid"] = "k1",
        ["n"] = Base64Url.EncodeToString(key.Modulus),
        ["e"] = Base64Url.EncodeToString(key.Exponent),
    };

    /// <summary>The claims of a valid token.</summary>
    public static JsonObject Claims(JsonNode? scope)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        return new JsonObject
        {
            ["iss"] = Name,
            ["aud"] = Audience,
            ["sub"] = "somebody",
            ["nbf"] = now - 60,
            ["exp"] = now + 600,
            ["scope"] = scope,
        };
    }

    public static string Sign(JsonObject claims, string algorithm = "RS256") => Token(
        new JsonObject { ["alg"] = algorithm, ["typ"] = "JWT" }, claims, bytes => algorithm switch
        {
            "RS256" => Rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            "PS256" => Rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            "ES256" => Ecdsa.SignData(bytes, HashAlgorithmName.SHA256),
            _ => throw new ArgumentException("Not an algorithm of this issuer.", nameof(algorithm)),
        });

    public static string Token(JsonObject header, JsonObject claims, Func<byte[], byte[]> sign)
    {
        var content = $"{Encode(header)}.{Encode(claims)}";
        return $"{content}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(content)))}";
    }

    public static string Write(string name, string text)
    {
        var file = Directory.File(name);
        File.WriteAllText(file, text);
        return file;
    }

    public static void Close() => Directory.Dispose();

    private static string Encode(JsonObject json) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}

/// <summary>Deletes the files of the issuer.</summary>
[SetUpFixture]
internal sealed class TokenFiles
{
    [OneTimeTearDown]
    public void Delete() => TokenIssuer.Close();
}
