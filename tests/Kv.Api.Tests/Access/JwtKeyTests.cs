using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Access;

/// <summary>The sources of the issuer's keys.</summary>
internal sealed class JwtKeyTests
{
    private static readonly (string Name, string? Value)[] Jwt =
        [("AUTH", "jwt"), ("JWT_AUDIENCE", TokenIssuer.Audience)];

    [Test]
    public async Task A_file_may_hold_keys_of_several_kinds()
    {
        await using var host = await KvHost.Start(
            Engine.Embedded,
            [.. Jwt, ("JWT_ISSUER", TokenIssuer.Name), ("JWT_KEY_FILE", TokenIssuer.BothFile),
                ("JWT_SCOPE_CLAIM", "permissions")]);
        var claims = TokenIssuer.Claims(null);
        claims["permissions"] = new JsonArray("kv:admin");

        foreach (var algorithm in new[] { "RS256", "ES256" })
            Assert.That((await Get(host, TokenIssuer.Sign(claims, algorithm))).Status, Is.EqualTo(404));
        Assert.That(
            (await Get(host, TokenIssuer.Sign(TokenIssuer.Claims("kv:admin")))).Status, Is.EqualTo(403),
            "another claim");
    }

    [Test]
    public async Task A_file_may_be_a_key_set()
    {
        await using var host = await KvHost.Start(
            Engine.Embedded, [.. Jwt, ("JWT_ISSUER", TokenIssuer.Name), ("JWT_KEY_FILE", TokenIssuer.SetFile)]);

        Assert.That((await Get(host, TokenIssuer.Sign(TokenIssuer.Claims("kv:admin")))).Status, Is.EqualTo(404));
        Assert.That(
            (await Get(host, TokenIssuer.Sign(TokenIssuer.Claims("kv:admin"), "ES256"))).Status, Is.EqualTo(401));
    }

    [Test]
    public async Task A_changed_key_file_takes_effect_without_a_restart()
    {
        using var file = new KeyFile(TokenIssuer.RsaPem);
        await using var host = await KvHost.Start(
            Engine.Embedded,
            [.. Jwt, ("JWT_ISSUER", TokenIssuer.Name), ("JWT_KEY_FILE", file.Path), ("TLS_RELOAD_SECONDS", "1")]);
        var old = TokenIssuer.Sign(TokenIssuer.Claims("kv:admin"));
        var fresh = TokenIssuer.Sign(TokenIssuer.Claims("kv:admin"), "ES256");
        Assert.That(((await Get(host, old)).Status, (await Get(host, fresh)).Status), Is.EqualTo((404, 401)));

        file.Write($"{TokenIssuer.RsaPem}\n{TokenIssuer.EcdsaPem}");
        await Eventually.Holds(async () => (await Get(host, fresh)).Status == 404, "the new key is known");
        Assert.That((await Get(host, old)).Status, Is.EqualTo(404), "the old key is still known");

        file.Write(TokenIssuer.EcdsaPem);
        await Eventually.Holds(async () => (await Get(host, old)).Status == 401, "the old key is removed");
        Assert.That((await Get(host, fresh)).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task A_broken_key_file_keeps_the_previous_keys_and_is_logged_once()
    {
        using var file = new KeyFile(TokenIssuer.RsaPem);
        await using var kv = KvProcess.Start(
            ("STORE", "embedded"), ("DATA_DIR", file.DataDirectory), ("AUTH", "jwt"),
            ("JWT_AUDIENCE", TokenIssuer.Audience),
            ("JWT_ISSUER", TokenIssuer.Name), ("JWT_KEY_FILE", file.Path), ("TLS_RELOAD_SECONDS", "1"));
        var client = new KvClient(await kv.Http(), null, null)
        {
            Credential = TokenIssuer.Sign(TokenIssuer.Claims("kv:admin")),
        };
        Assert.That((await client.Get("k")).Status, Is.EqualTo(404));

        foreach (var broken in new[] { TokenIssuer.Rsa.ExportPkcs8PrivateKeyPem(), "nonsense" })
        {
            var before = Faults();
            file.Write(broken);
            await Eventually.Holds(() => Faults() == before + 1, "the fault is logged");
            Assert.That((await client.Get("k")).Status, Is.EqualTo(404));
        }

        Assert.That(kv.Output, Does.Contain(file.Path).And.Not.Contain("PRIVATE"));
        file.Write(TokenIssuer.EcdsaPem);
        await Eventually.Holds(async () => (await client.Get("k")).Status == 401, "the repaired file is used");
        Assert.That(Faults(), Is.EqualTo(2), "each fault is logged once");

        int Faults() => kv.Output.Split("cannot be used").Length - 1;
    }

    [Test]
    public async Task The_issuers_metadata_give_its_name_and_its_keys()
    {
        await using var issuer = WebhookReceiver.Start();
        var authority = issuer.Uri.ToString().TrimEnd('/');
        issuer.Answer = request => ReceiverAnswer.Status(200, request.Target.EndsWith("/jwks", StringComparison.Ordinal)
            ? TokenIssuer.KeySet()
            : new JsonObject { ["issuer"] = authority, ["jwks_uri"] = $"{authority}/jwks" }.ToJsonString());
        await using var host = await KvHost.Start(Engine.Embedded, [.. Jwt, ("JWT_AUTHORITY", authority)]);
        var claims = TokenIssuer.Claims("kv:admin");

        Assert.That((await Get(host, TokenIssuer.Sign(claims))).Status, Is.EqualTo(401), "another issuer");
        claims["iss"] = authority;
        Assert.That((await Get(host, TokenIssuer.Sign(claims))).Status, Is.EqualTo(404));
        Assert.That((await Get(host, TokenIssuer.Sign(claims, "ES256"))).Status, Is.EqualTo(401));
        var hmac = TokenIssuer.Token(
            new JsonObject { ["alg"] = "HS256", ["kid"] = "k1" }, claims,
            bytes => HMACSHA256.HashData(System.Text.Encoding.ASCII.GetBytes(TokenIssuer.RsaPem), bytes));
        Assert.That((await Get(host, hmac)).Status, Is.EqualTo(401));
    }

    [Test]
    public async Task A_key_of_the_issuer_that_is_too_short_is_not_used()
    {
        await using var issuer = WebhookReceiver.Start();
        var authority = issuer.Uri.ToString().TrimEnd('/');
        using var weak = RSA.Create(1024);
        var keys = new JsonObject { ["keys"] = new JsonArray(Named("weak", weak), Named("k1", TokenIssuer.Rsa)) };
        issuer.Answer = request => ReceiverAnswer.Status(200, request.Target.EndsWith("/jwks", StringComparison.Ordinal)
            ? keys.ToJsonString()
            : new JsonObject { ["issuer"] = authority, ["jwks_uri"] = $"{authority}/jwks" }.ToJsonString());
        await using var host = await KvHost.Start(Engine.Embedded, [.. Jwt, ("JWT_AUTHORITY", authority)]);
        var claims = TokenIssuer.Claims("kv:admin");
        claims["iss"] = authority;

        Assert.That((await Get(host, TokenIssuer.Sign(claims))).Status, Is.EqualTo(404), "the other key is used");
        var signed = TokenIssuer.Token(
            new JsonObject { ["alg"] = "RS256", ["kid"] = "weak" }, claims,
            bytes => weak.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        Assert.That((await Get(host, signed)).Status, Is.EqualTo(401));
    }

    [Test]
    public async Task A_token_with_a_new_key_waits_for_one_fetch_of_the_keys()
    {
        await using var issuer = WebhookReceiver.Start();
        var authority = issuer.Uri.ToString().TrimEnd('/');
        using var former = RSA.Create(2048);
        using var stranger = RSA.Create(2048);
        var keys = new JsonObject { ["keys"] = new JsonArray(Named("old", former)) };
        issuer.Answer = request => ReceiverAnswer.Status(200, request.Target.EndsWith("/jwks", StringComparison.Ordinal)
            ? keys.ToJsonString()
            : new JsonObject { ["issuer"] = authority, ["jwks_uri"] = $"{authority}/jwks" }.ToJsonString());
        await using var host = await KvHost.Start(Engine.Embedded, [.. Jwt, ("JWT_AUTHORITY", authority)]);
        Assert.That((await Get(host, Signed("old", former))).Status, Is.EqualTo(404));

        keys = new JsonObject { ["keys"] = new JsonArray(Named("old", former), Named("new", TokenIssuer.Rsa)) };
        var first = await Get(host, Signed("new", TokenIssuer.Rsa));
        issuer.Clear();
        var strangers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(number => Get(host, Signed($"strange-{number}", stranger))));

        Assert.That(first.Status, Is.EqualTo(404), first.ToString());
        Assert.That(strangers.Select(answer => answer.Status), Has.All.EqualTo(401));
        Assert.That(issuer.RequestCount, Is.LessThanOrEqualTo(2), "the issuer is not asked for each token");

        string Signed(string id, RSA key)
        {
            var claims = TokenIssuer.Claims("kv:admin");
            claims["iss"] = authority;
            return TokenIssuer.Token(
                new JsonObject { ["alg"] = "RS256", ["typ"] = "JWT", ["kid"] = id }, claims,
                bytes => key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        }
    }

    private static JsonObject Named(string id, RSA key)
    {
        var named = TokenIssuer.Jwk(key.ExportParameters(includePrivateParameters: false));
        named["kid"] = id;
        return named;
    }

    [Test]
    public async Task An_unreachable_issuer_is_logged_and_asked_again()
    {
        await using var issuer = WebhookReceiver.Start();
        var authority = issuer.Uri.ToString().TrimEnd('/');
        issuer.Answer = _ => ReceiverAnswer.Status(500, "no");
        await using var host = await KvHost.Start(Engine.Embedded, [.. Jwt, ("JWT_AUTHORITY", authority)]);
        var claims = TokenIssuer.Claims("kv:admin");
        claims["iss"] = authority;
        var token = TokenIssuer.Sign(claims);

        var away = await Get(host, token);
        Expect.Problem(away, 503, "Issuer unavailable");
        Assert.That(away.Header("Retry-After"), Is.EqualTo("1"));
        Assert.That((await Get(host, "x")).Status, Is.EqualTo(401), "a malformed token needs no keys");

        issuer.Answer = request => ReceiverAnswer.Status(200, request.Target.EndsWith("/jwks", StringComparison.Ordinal)
            ? TokenIssuer.KeySet()
            : new JsonObject { ["issuer"] = authority, ["jwks_uri"] = $"{authority}/jwks" }.ToJsonString());
        await Eventually.Holds(async () => (await Get(host, token)).Status == 404, "the issuer is asked again");
    }

    [Test]
    public async Task An_invalid_setting_stops_the_start()
    {
        using var weak = RSA.Create(1024);
        using var strong = RSA.Create(2048);
        using var odd = ECDsa.Create(ECCurve.NamedCurves.brainpoolP256r1);
        var key = ("JWT_KEY_FILE", TokenIssuer.RsaFile);
        (string, string) issuer = ("JWT_ISSUER", "i"), audience = ("JWT_AUDIENCE", "a");
        var faults = new List<((string, string)[] Settings, string Named)>
        {
            ([issuer, key], "JWT_AUDIENCE is ''"),
            ([audience, key], "JWT_ISSUER is ''"),
            ([audience, issuer], "JWT_AUTHORITY is ''"),
            ([audience, issuer, key, ("JWT_AUTHORITY", "https://i")], "JWT_AUTHORITY is 'https://i'"),
            ([audience, ("JWT_AUTHORITY", "http://issuer.example")], "JWT_AUTHORITY is 'http://issuer.example'"),
            ([audience, ("JWT_AUTHORITY", "issuer.example")], "JWT_AUTHORITY is 'issuer.example'"),
            ([audience, issuer, ("JWT_KEY_FILE", "/nowhere/key.pem")], "JWT_KEY_FILE is '/nowhere/key.pem'"),
        };
        var files = new[]
        {
            "nonsense", "", "{}", """{"keys":[]}""", """{"keys":[{"kty":"oct","k":"c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA"}]}""",
            weak.ExportSubjectPublicKeyInfoPem(), strong.ExportPkcs8PrivateKeyPem(), strong.ExportRSAPrivateKeyPem(),
            odd.ExportSubjectPublicKeyInfoPem(),
            $"{TokenIssuer.RsaPem}\n{weak.ExportSubjectPublicKeyInfoPem()}",
        };
        foreach (var (content, index) in files.Select((content, index) => (content, index)))
        {
            var file = TokenIssuer.Write($"bad-{index}", content);
            faults.Add(([audience, issuer, ("JWT_KEY_FILE", file)], $"JWT_KEY_FILE is '{file}'"));
        }

        foreach (var (settings, named) in faults)
        {
            var mistake = await Assert.CatchAsync(() => KvHost.Start(
                Engine.Embedded, [("AUTH", "jwt"), .. settings.Select(one => (one.Item1, (string?)one.Item2))]));
            Assert.That(mistake, Is.InstanceOf<Domain.ConfigurationException>(), named);
            Assert.That(mistake!.Message, Does.StartWith(named));
            Assert.That(mistake.Message, Does.Not.Contain("PRIVATE"));
        }
    }

    private static Task<Answer> Get(KvHost host, string token) =>
        new KvClient(host.Http, null, null) { Credential = token }.Get("k");

    /// <summary>A key file of the test's own.</summary>
    private sealed class KeyFile : IDisposable
    {
        private readonly TemporaryDirectory _directory = new();

        public KeyFile(string text) => Write(text);

        public string Path => _directory.File("issuer.pem");

        public string DataDirectory => _directory.File("data");

        public void Write(string text) => _directory.Replace("issuer.pem", text);

        public void Dispose() => _directory.Dispose();
    }
}
