using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Access;

/// <summary>With JWT_TYPE=at+jwt Kv accepts only tokens of that type (RFC 9068, section 4).</summary>
internal sealed class JwtTypeTests(Engine engine) : EngineTests(engine)
{
    protected override (string Name, string? Value)[] Settings =>
        [("AUTH", "jwt"), ("JWT_ISSUER", TokenIssuer.Name), ("JWT_AUDIENCE", TokenIssuer.Audience),
            ("JWT_KEY_FILE", TokenIssuer.RsaFile), ("JWT_TYPE", "at+jwt")];

    [TestCase("\"at+jwt\"", 404)]
    [TestCase("\"AT+JWT\"", 404)]
    [TestCase("\"application/at+jwt\"", 404)]
    [TestCase("\"JWT\"", 401)]
    [TestCase("\"\"", 401)]
    [TestCase("null", 401)]
    [TestCase("1", 401)]
    [TestCase("[\"at+jwt\"]", 401)]
    [TestCase("\"logout+jwt\"", 401)]
    [TestCase(null, 401)]
    public async Task Only_a_token_of_the_required_type_is_accepted(string? type, int status)
    {
        var header = new JsonObject { ["alg"] = "RS256" };
        if (type is not null)
            header["typ"] = JsonNode.Parse(type);
        var token = TokenIssuer.Token(
            header, TokenIssuer.Claims("kv:admin"),
            bytes => TokenIssuer.Rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

        var answer = await Kv.With(HttpMethod.Get, "/kv/k", null, ("Authorization", $"Bearer {token}"));

        Assert.That(answer.Status, Is.EqualTo(status), answer.ToString());
    }
}
