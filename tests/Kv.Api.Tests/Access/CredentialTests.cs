using Kv.Api.Tests.Hosting;
using Kv.Domain.Access;
using Kv.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Kv.Api.Tests.Access;

/// <summary>Valid and invalid credentials.</summary>
internal sealed class CredentialTests(Engine engine) : AccessTest(engine)
{
    [Test]
    public async Task A_key_is_accepted_as_a_bearer_token_and_in_its_own_header()
    {
        var key = (await Issue(Grants.All)).Reveal();

        foreach (var (name, value) in new[]
                 {
                     ("Authorization", $"Bearer {key}"), ("Authorization", $"bearer {key}"),
                     ("Authorization", $"Bearer  {key} "), ("X-API-Key", key), ("x-api-key", $" {key}"),
                 })
            Assert.That(
                (await Kv.With(HttpMethod.Get, "/kv/k", null, (name, value))).Status, Is.EqualTo(404),
                $"{name}: {value}");
    }

    [Test]
    public async Task A_malformed_key_is_refused()
    {
        var secret = await Issue(Grants.All);
        var key = secret.Reveal();
        var other = ApiKeySecret.New().Reveal();
        var wrong = new[]
        {
            other, key[..^1], key + "A", key.ToUpperInvariant(), $"kv_{secret.Id}_{other[20..]}",
            other[..20] + key[20..], $"kv_{secret.Id}_", $"kv_{secret.Id}",
            Convert.ToHexStringLower(secret.Hash()), "kv_", "x", $"{key},{key}", $"{key} {key}", key.Replace('_', '-'),
            "kv_" + new string('0', 10_000),
        };

        foreach (var credential in wrong)
        {
            ExpectUnauthorized(await Kv.With(HttpMethod.Get, "/kv/k", null, ("Authorization", $"Bearer {credential}")));
            ExpectUnauthorized(await Kv.With(HttpMethod.Get, "/kv/k", null, ("X-API-Key", credential)));
        }
        foreach (var authorization
            in new[] { key, $"Basic {key}", $"Bearer{key}", "Bearer", "Bearer ", $"ApiKey {key}" })
            ExpectUnauthorized(await Kv.With(HttpMethod.Get, "/kv/k", null, ("Authorization", authorization)));
        // A credential in a URL would get into logs and browser histories.
        ExpectUnauthorized(await Kv.Send(HttpMethod.Get, $"/kv/k?api_key={key}&access_token={key}"));
    }

    [Test]
    public async Task A_refused_credential_and_a_missing_one_have_different_errors()
    {
        var none = await Kv.Get("k");
        var wrong = await Kv.With(HttpMethod.Get, "/kv/k", null, ("X-API-Key", "x"));

        Assert.That(none.Header("WWW-Authenticate"), Is.EqualTo("Bearer realm=\"kv\""));
        Assert.That(wrong.Header("WWW-Authenticate"), Is.EqualTo("Bearer realm=\"kv\", error=\"invalid_token\""));
    }

    [TestCase("Authorization", "Authorization")]
    [TestCase("X-API-Key", "X-API-Key")]
    [TestCase("Authorization", "X-API-Key")]
    public async Task Two_credentials_are_refused_even_when_both_are_valid(string first, string second)
    {
        var key = (await Issue(Grants.All)).Reveal();
        string Header(string name) => name == "Authorization" ? $"{name}: Bearer {key}" : $"{name}: {key}";

        var answer = await RawHttp.Send(
            Host.Address, RawHttp.Request("GET", "/kv/k", Kv, null, Header(first), Header(second)));

        Assert.That(answer.Status, Is.EqualTo(400), answer.ToString());
        Assert.That(answer.Body, Does.Not.Contain(key));
    }

    [TestCase("KV-Namespace")]
    [TestCase("KV-App-Name")]
    [TestCase("kv-namespace")]
    public async Task A_tenant_header_sent_twice_is_refused(string header)
    {
        var holder = await Holder(AccessVerbs.All);
        var victim = await Administrator(Host.NewTenant());
        await victim.Put("k", "theirs");

        foreach (var value in new[] { victim.Namespace!, victim.AppName!, Kv.Namespace!, "" })
            foreach (var (method, target)
                in new[] { ("GET", "/kv/k"), ("PUT", "/kv/k"), ("DELETE", "/kv/k"), ("GET", "/watch") })
            {
                var answer = await RawHttp.Send(Host.Address, RawHttp.Request(
                    method, target, holder, method == "PUT" ? """{"value":"mine"}"""u8.ToArray() : null,
                    $"{header}: {value}", $"Authorization: Bearer {holder.Credential}"));
                Assert.That(answer.Status, Is.EqualTo(400), answer.ToString());
            }
        Assert.That((await victim.Get("k")).Json.GetProperty("value").GetString(), Is.EqualTo("theirs"));
    }

    [Test]
    public async Task Without_tenant_headers_the_call_needs_a_grant_for_the_default_tenant()
    {
        var key = (await Holder(AccessVerbs.All)).Credential;
        var nameless = new KvClient(Host.Http, null, null) { Credential = key };

        ExpectForbidden(await nameless.Get("k"));
        ExpectForbidden(await nameless.Put("k", "v"));
    }

    [Test]
    public async Task An_expired_key_is_refused()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

        ExpectUnauthorized(await Holder(await Issue(Grants.All, expireAt: now)).Get("k"));
        Assert.That((await Holder(await Issue(Grants.All, expireAt: now + 3600)).Get("k")).Status, Is.EqualTo(404));
        var soon = Holder(await Issue(Grants.All, expireAt: now + 2));
        await Eventually.Holds(async () => (await soon.Get("k")).Status == 401, "it expires");
    }

    [Test]
    public async Task A_key_revoked_by_another_replica_is_soon_refused()
    {
        var secret = await Issue(Grants.All);
        var holder = Holder(secret);
        Assert.That((await holder.Get("k")).Status, Is.EqualTo(404));

        await Host.Services.GetRequiredService<IApiKeyRepository>().Delete(secret.Id, [], CancellationToken.None);

        await Eventually.Holds(async () => (await holder.Get("k")).Status == 401, "it is refused");
    }

    [Test]
    public async Task A_refusal_does_not_reveal_whether_another_tenants_key_exists()
    {
        var victim = await Administrator(Host.NewTenant());
        await victim.Put("there", "v");
        var holder = new KvClient(Host.Http, victim.Namespace, victim.AppName)
        {
            Credential = (await Holder(AccessVerbs.All)).Credential,
        };
        var narrow = new KvClient(Host.Http, victim.Namespace, victim.AppName)
        {
            Credential = (await Issue(Of(new Grant(victim.Namespace!, victim.AppName!, "mine:", AccessVerbs.All))))
                .Reveal(),
        };

        foreach (var client in new[] { holder, narrow })
        {
            var there = await client.Get("there");
            var nowhere = await client.Get("nowhere");
            ExpectForbidden(there);
            Assert.That(there.Body, Is.EqualTo(nowhere.Body));
            // The store's revision would reveal the writes of others.
            Assert.That(
                there.Headers.Select(header => header.Key),
                Is.EquivalentTo(nowhere.Headers.Select(header => header.Key)));
            ExpectForbidden(await client.With(HttpMethod.Delete, "/kv/there", null, ("If-Match", "*")));
            ExpectForbidden(await client.With(HttpMethod.Delete, "/kv/nowhere", null, ("If-Match", "*")));
        }
        Assert.That((await victim.Get("there")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_replayed_answer_needs_the_same_permission()
    {
        var writer = await Holder(AccessVerbs.Write, "a:");
        var other = await Holder(AccessVerbs.Write, "b:");
        const string body = """{"key":"a:k","value":"secret"}""";
        (string, string) name = ("Idempotency-Key", "once");
        Assert.That(
            (await writer.With(
                HttpMethod.Post, "/kv", KvClient.Json(System.Text.Encoding.UTF8.GetBytes(body)),
                name)).Status, Is.EqualTo(201));

        ExpectForbidden(
            await other.With(HttpMethod.Post, "/kv", KvClient.Json(System.Text.Encoding.UTF8.GetBytes(body)), name));
    }
}
