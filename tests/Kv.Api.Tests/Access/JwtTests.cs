using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Access;

/// <summary>A token of the trusted issuer has the access of its scopes. Any other token is refused.</summary>
internal sealed class JwtTests(Engine engine) : EngineTests(engine)
{
    protected override (string Name, string? Value)[] Settings =>
        [("AUTH", "jwt"), ("JWT_ISSUER", TokenIssuer.Name), ("JWT_AUDIENCE", TokenIssuer.Audience),
            ("JWT_KEY_FILE", TokenIssuer.RsaFile)];

    private string Everything => $"kv:{Kv.Namespace}/{Kv.AppName}:read,write,delete,webhooks";

    [TestCase("RS256")]
    [TestCase("PS256")]
    public async Task A_token_of_the_issuer_is_accepted(string algorithm)
    {
        var kv = With(TokenIssuer.Sign(TokenIssuer.Claims(Everything), algorithm));

        Assert.That((await kv.Put("k", "v")).Status, Is.EqualTo(200));
        Assert.That((await kv.With(HttpMethod.Get, "/kv/k", null)).Status, Is.EqualTo(200));
        Assert.That(
            (await Kv.With(HttpMethod.Get, "/kv/k", null, ("X-API-Key", kv.Credential!))).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Scopes_decide_the_access_of_a_token()
    {
        var kv = With(
            TokenIssuer.Sign(
                TokenIssuer.Claims($"openid kv:{Kv.Namespace}/{Kv.AppName}:read,write:in%3A kv:nonsense profile")));

        Assert.That((await kv.Put("in:k", "v")).Status, Is.EqualTo(200));
        Assert.That((await kv.Get("in:k")).Status, Is.EqualTo(200));
        Expect.Problem(await kv.Delete("in:k"), 403, "Forbidden");
        Expect.Problem(await kv.Get("out:k"), 403, "Forbidden");
        Expect.Problem(await kv.Send(HttpMethod.Get, "/kv"), 403, "Forbidden");
        Expect.Problem(
            await new KvClient(Host.Http, "other", Kv.AppName) { Credential = kv.Credential }.Get("in:k"), 403,
            "Forbidden");
        Expect.Problem(await kv.Send(HttpMethod.Get, "/admin/apikeys"), 403, "Forbidden");
    }

    [Test]
    public async Task A_webhook_names_the_subject_and_the_issuer_of_the_token_that_registered_it()
    {
        var kv = With(TokenIssuer.Sign(TokenIssuer.Claims(Everything)));

        var made = await kv.Send(
            HttpMethod.Post, "/webhooks", """{"key":"a","event":"*","endpoint":"https://example.com/a"}""");

        Assert.That(made.Status, Is.EqualTo(201), made.ToString());
        var listed = (await kv.Send(HttpMethod.Get, "/webhooks")).Json.EnumerateArray().Single();
        Assert.That(
            listed.GetProperty("registered_by").GetRawText(),
            Is.EqualTo($$"""{"subject":"somebody","issuer":"{{TokenIssuer.Name}}"}"""));
    }

    [Test]
    public async Task Scopes_may_be_an_array_and_may_name_an_administrator()
    {
        var many = With(
            TokenIssuer.Sign(
                TokenIssuer.Claims(new JsonArray("openid", $"kv:{Kv.Namespace}/*:read", $"kv:*/{Kv.AppName}:write"))));
        var administrator = With(TokenIssuer.Sign(TokenIssuer.Claims("kv:admin")));

        Assert.That((await many.Put("k", "v")).Status, Is.EqualTo(200));
        Assert.That((await many.Get("k")).Status, Is.EqualTo(200));
        Expect.Problem(await many.Delete("k"), 403, "Forbidden");
        Assert.That((await administrator.Delete("k")).Status, Is.EqualTo(204));
        Expect.Problem(await administrator.Send(HttpMethod.Get, "/admin/apikeys"), 404, "API keys are not in use");
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("openid")]
    [TestCase("admin")]
    [TestCase("KV:admin")]
    [TestCase("kv:*:read")]
    [TestCase("kv:*/*")]
    [TestCase("kv:*/*:all")]
    public async Task A_token_without_a_grant_allows_nothing(string? scope) =>
        Expect.Problem(await With(TokenIssuer.Sign(TokenIssuer.Claims(scope))).Get("k"), 403, "Forbidden");

    private static readonly (string Fault, Action<JsonObject> Spoil)[] Faults =
    [
        ("an audience with a slash more", claims => claims["aud"] = $"{TokenIssuer.Audience}/"),
        ("another audience", claims => claims["aud"] = "other"), ("no audience", claims => claims.Remove("aud")),
        ("another issuer", claims => claims["iss"] = "https://issuer.example.evil"),
        ("no issuer", claims => claims.Remove("iss")),
        ("expired", claims => claims["exp"] = Now() - 60), ("no expiry", claims => claims.Remove("exp")),
        ("not valid yet", claims => claims["nbf"] = Now() + 120), ("expiry as text", claims => claims["exp"] = "never"),
    ];

    private static IEnumerable<TestCaseData> FaultNames =>
        Faults.Select((fault, index) => new TestCaseData(index).SetArgDisplayNames(fault.Fault));

    [TestCaseSource(nameof(FaultNames))]
    public async Task An_invalid_token_is_refused(int fault)
    {
        var claims = TokenIssuer.Claims("kv:admin");
        Faults[fault].Spoil(claims);

        await ExpectRefused(TokenIssuer.Sign(claims));
    }

    [TestCase("""{"kv":"x kv:admin y"}""")]
    [TestCase("""[{"kv":"x kv:admin y"}]""")]
    [TestCase("""[["x kv:admin y"]]""")]
    [TestCase("1")]
    [TestCase("true")]
    public async Task A_scope_that_is_not_a_string_grants_nothing(string scope) =>
        Expect.Problem(
            await With(TokenIssuer.Sign(TokenIssuer.Claims(JsonNode.Parse(scope)))).Get("k"), 403, "Forbidden");

    [TestCase("JWT", 404)]
    [TestCase("jwt", 404)]
    [TestCase("at+jwt", 404)]
    [TestCase("application/at+jwt", 404)]
    [TestCase("logout+jwt", 401)]
    [TestCase("dpop+jwt", 401)]
    [TestCase("secevent+jwt", 401)]
    [TestCase("id_token+jwt", 401)]
    [TestCase("at+jwt;x", 401)]
    [TestCase("nonsense", 401)]
    public async Task A_token_for_another_use_is_refused(string type, int status) =>
        Assert.That(
            (await With(Signed(new JsonObject { ["alg"] = "RS256", ["typ"] = type })).Get("k")).Status,
            Is.EqualTo(status));

    [TestCase("""["exp"]""")]
    [TestCase("""["b64"]""")]
    [TestCase("[]")]
    [TestCase("\"b64\"")]
    public Task A_token_that_calls_an_extension_critical_opens_nothing(string critical) =>
        ExpectRefused(
            Signed(new JsonObject { ["alg"] = "RS256", ["b64"] = true, ["crit"] = JsonNode.Parse(critical) }));

    [TestCase("none")]
    [TestCase("None")]
    [TestCase("nOnE")]
    [TestCase("")]
    public async Task An_unsigned_token_is_refused(string algorithm)
    {
        var header = new JsonObject { ["alg"] = algorithm };
        var claims = TokenIssuer.Claims("kv:admin");

        await ExpectRefused(TokenIssuer.Token(header, claims, _ => []));
        await ExpectRefused(TokenIssuer.Token(new JsonObject(), TokenIssuer.Claims("kv:admin"), _ => []));
        // The signature of a valid token behind another header, and no signature at all.
        var good = TokenIssuer.Sign(claims).Split('.');
        await ExpectRefused(
            $"{TokenIssuer.Token(header, TokenIssuer.Claims("kv:admin"), _ => []).Split('.')[0]}.{good[1]}.{good[2]}");
        await ExpectRefused($"{good[0]}.{good[1]}.");
        await ExpectRefused($"{good[0]}.{good[1]}");
    }

    [TestCase("HS256")]
    [TestCase("HS384")]
    [TestCase("HS512")]
    public async Task A_token_signed_with_the_public_key_as_a_secret_is_refused(string algorithm)
    {
        var secrets = new[]
        {
            Encoding.ASCII.GetBytes(TokenIssuer.RsaPem), Encoding.ASCII.GetBytes(TokenIssuer.RsaPem + "\n"),
            TokenIssuer.Rsa.ExportSubjectPublicKeyInfo(),
            TokenIssuer.Rsa.ExportRSAPublicKey(), TokenIssuer.Rsa.ExportParameters(false).Modulus!, [],
        };

        foreach (var secret in secrets)
            await ExpectRefused(
                TokenIssuer.Token(
                    new JsonObject { ["alg"] = algorithm }, TokenIssuer.Claims("kv:admin"), bytes => algorithm switch
            {
                "HS256" => HMACSHA256.HashData(secret, bytes),
                "HS384" => HMACSHA384.HashData(secret, bytes),
                _ => HMACSHA512.HashData(secret, bytes),
            }));
    }

    [Test]
    public async Task A_token_signed_by_a_foreign_key_is_refused_even_when_it_carries_that_key()
    {
        using var other = RSA.Create(2048);
        var jwk = TokenIssuer.Jwk(other.ExportParameters(includePrivateParameters: false));
        var jku = $"{Host.Address}jwks.json";

        foreach (var header in new[]
                 {
                     new JsonObject { ["alg"] = "RS256" }, new JsonObject { ["alg"] = "RS256", ["jwk"] = jwk },
                     new JsonObject { ["alg"] = "RS256", ["jku"] = jku, ["kid"] = "k1" },
                     new JsonObject { ["alg"] = "RS256", ["kid"] = "../../../../dev/null" },
                     new JsonObject { ["alg"] = "RS256", ["x5u"] = jku },
                 })
            await ExpectRefused(TokenIssuer.Token(
                header, TokenIssuer.Claims("kv:admin"),
                bytes => other.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
    }

    [Test]
    public async Task A_token_whose_algorithm_has_no_key_is_refused() =>
        await ExpectRefused(TokenIssuer.Sign(TokenIssuer.Claims("kv:admin"), "ES256"));

    [Test]
    public async Task A_token_changed_after_its_signature_is_refused()
    {
        var weak = TokenIssuer.Sign(TokenIssuer.Claims("kv:nothing/here:read")).Split('.');
        var strong = TokenIssuer.Sign(TokenIssuer.Claims("kv:admin")).Split('.');

        await ExpectRefused($"{weak[0]}.{strong[1]}.{weak[2]}");
        await ExpectRefused($"{strong[0]}.{strong[1]}.{strong[2][..^4]}AAAA");
    }

    [TestCase("x")]
    [TestCase("a.b.c")]
    [TestCase("..")]
    [TestCase("eyJhbGciOiJSUzI1NiJ9..")]
    [TestCase("kv_0123456789abcdef_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [TestCase("a.b.c.d.e")]
    public Task What_is_no_token_opens_nothing(string text) => ExpectRefused(text);

    [Test]
    public async Task A_little_skew_of_clocks_is_allowed()
    {
        var claims = TokenIssuer.Claims("kv:admin");
        claims["exp"] = Now() - 5;

        Assert.That((await With(TokenIssuer.Sign(claims)).Get("k")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task A_token_may_expire_in_the_distant_future()
    {
        var claims = TokenIssuer.Claims("kv:admin");
        claims["exp"] = 253402300799;

        Assert.That((await With(TokenIssuer.Sign(claims)).Get("k")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task A_token_is_refused_once_it_expires()
    {
        var claims = TokenIssuer.Claims("kv:admin");
        // A little of the allowed skew (30 s) is left.
        claims["exp"] = Now() - 27;
        var kv = With(TokenIssuer.Sign(claims));
        Assert.That((await kv.Get("k")).Status, Is.EqualTo(404));

        await Eventually.Holds(async () => (await kv.Get("k")).Status == 401, "it has expired");
    }

    [Test]
    public async Task A_change_to_an_accepted_token_is_refused()
    {
        var token = TokenIssuer.Sign(TokenIssuer.Claims(Everything));
        Assert.That((await With(token).Get("k")).Status, Is.EqualTo(404));

        var parts = token.Split('.');
        var everywhere = TokenIssuer.Sign(TokenIssuer.Claims("kv:admin")).Split('.')[1];
        await ExpectRefused($"{parts[0]}.{everywhere}.{parts[2]}");
        await ExpectRefused(token[..^2]);
        Assert.That((await With(token).Get("k")).Status, Is.EqualTo(404));
    }

    private static long Now() => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    private KvClient With(string token) => new(Host.Http, Kv.Namespace, Kv.AppName) { Credential = token };

    private static string Signed(JsonObject header) => TokenIssuer.Token(
        header, TokenIssuer.Claims("kv:admin"),
        bytes => TokenIssuer.Rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    private async Task ExpectRefused(string token)
    {
        var answer = await With(token).Get("k");
        Expect.Problem(answer, 401, "Unauthorized");
        Assert.That(answer.Header("WWW-Authenticate"), Is.EqualTo("Bearer realm=\"kv\", error=\"invalid_token\""));
        Assert.That(
            answer.Body, Does.Not.Contain("IDX").And.Not.Contain(TokenIssuer.Name), "the fault is not named");
    }
}
