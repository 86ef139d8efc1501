using Kv.Api.Tests.Hosting;
using Kv.Domain.Access;

namespace Kv.Api.Tests.Access;

/// <summary>Administrators make and revoke API keys.</summary>
internal sealed class ApiKeysTests(Engine engine) : AccessTest(engine)
{
    private const string Path = "/admin/apikeys";

    [Test]
    public async Task A_key_has_its_grants_until_it_is_revoked()
    {
        var administrator = await Administrator();

        var made = await administrator.Send(
            HttpMethod.Post, Path,
            $$"""{"name":"billing","namespace":"{{Kv.Namespace}}","app":"{{Kv.AppName}}","prefix":"in:","verbs":["write","read"],"ttl":3600}""");

        Assert.That(made.Status, Is.EqualTo(201), made.ToString());
        Assert.That(Expect.Members(made.Json), Is.EqualTo(
            new[] { "id", "key", "name", "admin", "namespace", "app", "prefix", "verbs", "created_at", "expire_at" }));
        Assert.That(made.Header("Cache-Control"), Is.EqualTo("no-store"));
        var id = made.Json.GetProperty("id").GetString()!;
        Assert.That(made.Json.GetProperty("key").GetString(), Does.StartWith($"kv_{id}_"));
        Assert.That(
            made.Json.GetProperty("verbs").EnumerateArray().Select(verb => verb.GetString()),
            Is.EqualTo(new[] { "read", "write" }));
        Assert.That(
            made.Json.GetProperty("expire_at").GetInt64(),
            Is.EqualTo(made.Json.GetProperty("created_at").GetInt64() + 3600));
        var holder = new KvClient(Host.Http, Kv.Namespace, Kv.AppName)
        {
            Credential = made.Json.GetProperty("key").GetString(),
        };
        Assert.That((await holder.Put("in:k", "v")).Status, Is.EqualTo(200), "the key is accepted at once");
        var refused = await holder.Put("out:k", "v");
        ExpectForbidden(refused);
        Assert.That(
            refused.Json.GetProperty("detail").GetString(),
            Is.EqualTo(
                $"The credentials do not allow write on these keys of namespace '{Kv.Namespace}' and app "
                    + $"'{Kv.AppName}'."));
        ExpectForbidden(await holder.Delete("in:k"));
        ExpectForbidden(await holder.Send(HttpMethod.Get, Path));

        var revoked = await administrator.Send(HttpMethod.Delete, $"{Path}/{id}");

        Assert.That(revoked.Status, Is.EqualTo(200), revoked.ToString());
        Assert.That(revoked.Body, Is.EqualTo($$"""{"id":"{{id}}","webhook_count":0,"webhooks":[]}"""));
        ExpectUnauthorized(await holder.Get("in:k"));
        Expect.Problem(await administrator.Send(HttpMethod.Delete, $"{Path}/{id}"), 404, "API key not found");
    }

    [Test]
    public async Task An_administrators_key_does_everything_and_makes_others()
    {
        var first = await Administrator();

        var made = await first.Send(HttpMethod.Post, Path, """{"admin":true}""");
        var second = new KvClient(Host.Http, Kv.Namespace, Kv.AppName)
        {
            Credential = made.Json.GetProperty("key").GetString(),
        };

        Assert.That(
            Expect.Members(made.Json),
            Is.EqualTo(new[] { "id", "key", "name", "admin", "verbs", "created_at", "expire_at" }));
        Assert.That((await second.Put("k", "v")).Status, Is.EqualTo(200));
        Assert.That((await second.Send(HttpMethod.Post, Path, """{"admin":true}""")).Status, Is.EqualTo(201));
    }

    [Test]
    public async Task A_listing_shows_keys_without_their_secrets()
    {
        var secret = await Issue(Of(new Grant(Kv.Namespace!, "*", "p%/: ", AccessVerbs.All)), expireAt: 1);

        var listed = await (await Administrator()).Send(HttpMethod.Get, Path);

        Assert.That(listed.Status, Is.EqualTo(200));
        var one = listed.Json.EnumerateArray().Single(key => key.GetProperty("id").GetString() == secret.Id);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Expect.Members(one), Is.EqualTo(
                new[] { "id", "name", "admin", "namespace", "app", "prefix", "verbs", "created_at", "expire_at" }));
            Assert.That(one.GetProperty("app").GetString(), Is.EqualTo("*"));
            Assert.That(one.GetProperty("prefix").GetString(), Is.EqualTo("p%/: "));
            Assert.That(one.GetProperty("expire_at").GetInt64(), Is.EqualTo(1));
            Assert.That(
                listed.Body,
                Does.Not.Contain(secret.Reveal()[20..]).And.Not.Contain(Convert.ToHexStringLower(secret.Hash())));
        }
    }

    [TestCase("{}", "namespace,app,verbs")]
    [TestCase("""{"namespace":"a/b","app":"x","verbs":["read"]}""", "namespace")]
    [TestCase("""{"namespace":"a*","app":"x","verbs":["read"]}""", "namespace")]
    [TestCase("""{"namespace":"abcdefghijklmnopqrstuvwxyz","app":"x","verbs":["read"]}""", "namespace")]
    [TestCase("""{"namespace":"a","app":"","verbs":["read"]}""", "app")]
    [TestCase("""{"namespace":"a","app":"b","verbs":[]}""", "verbs")]
    [TestCase("""{"namespace":"a","app":"b","verbs":["read","own"]}""", "verbs")]
    [TestCase("""{"namespace":"a","app":"b","verbs":["Read"]}""", "verbs")]
    [TestCase("""{"namespace":"a","app":"b","verbs":["read"],"ttl":0}""", "ttl")]
    [TestCase("""{"namespace":"a","app":"b","verbs":["read"],"ttl":315360001}""", "ttl")]
    [TestCase("""{"namespace":"a","app":"b","verbs":["read"],"name":"a\nb"}""", "name")]
    [TestCase("""{"admin":true,"namespace":"a"}""", "admin")]
    [TestCase("""{"admin":true,"verbs":["read"]}""", "admin")]
    [TestCase("""{"admin":"yes"}""", "admin")]
    [TestCase("""{"namespace":"a","app":"b","verbs":["read"],"expires":1}""", "expires")]
    public async Task A_wrong_member_is_refused_by_its_name(string body, string fields)
    {
        var answer = await (await Administrator()).Send(HttpMethod.Post, Path, body);

        Expect.Problem(answer, 400, null);
        Assert.That(
            Expect.Members(answer.Json.GetProperty("errors")), Is.EquivalentTo(fields.Split(',')), answer.ToString());
    }

    [TestCase("x")]
    [TestCase("0123456789abcdef")]
    [TestCase("..%2Fkv")]
    [TestCase("%2e%2e%2fwebhooks%2f")]
    public async Task An_unknown_key_cannot_be_revoked(string id) =>
        Expect.Problem(await (await Administrator()).Send(HttpMethod.Delete, $"{Path}/{id}"), 404, "API key not found");

    [Test]
    public async Task Keys_cannot_be_created_without_API_key_authentication()
    {
        var open = await SharedHosts.Get(Engine);
        var client = open.NewTenant();

        foreach (var (method, path, body) in new[]
                 {
                     ("GET", Path, null), ("POST", Path, """{"admin":true}"""), ("DELETE", $"{Path}/0123456789abcdef", null),
                 })
            Expect.Problem(await client.Send(new HttpMethod(method), path, body), 404, "API keys are not in use");
    }
}
