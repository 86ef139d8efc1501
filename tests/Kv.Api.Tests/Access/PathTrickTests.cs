using Kv.Api.Tests.Hosting;
using Kv.Domain.Access;

namespace Kv.Api.Tests.Access;

/// <summary>No spelling of a path leads out of the granted prefix, or to another tenant.</summary>
internal sealed class PathTrickTests(Engine engine) : AccessTest(engine)
{
    private static readonly string[] Spellings =
    [
        "/kv/in:/../out:k", "/kv/in:%2F..%2Fout:k", "/kv/in:/%2e%2e/out:k", "/kv/in:%2f%2e%2e%2fout:k",
        "/kv/in:%252f%252e%252e%252fout:k",
        "/kv/in:/..;/out:k", "/kv/in:%5C..%5Cout:k", "/kv/in:\\..\\out:k", "/kv/../kv/out:k", "/kv/./out:k",
        "/kv//out:k", "/kv/%2e%2e/kv/out:k",
        "/kv/in:%00/out:k", "/kv/out:k%00in:", "/kv/%00out:k", "/kv/in:%c0%af..%c0%afout:k",
        "/kv/in:%e0%80%af..%e0%80%afout:k", "/kv/%c0%aeout:k",
        "/kv/in:%f0%80%80%af", "/kv/in:%ed%a0%80", "/kv/in:%", "/kv/in:%2", "/kv/in:%u002f", "/KV/out:k", "/kv/out%3ak",
        "/kv/out%253ak",
        "/x/../kv/out:k", "/kv/in:k/../../kv/out:k", "/kv/in:k?key=out:k", "/kv/in:k;key=out:k", "/kv/%6fut:k",
        "/kv/out:k#in:", "/kv/in:*/../out:k",
        "/kv/%2A", "/kv/*", "/kv/in%3a%2a", "/kv/i*", "/kv/in*", "/kv/?prefix=out:", "/kv?prefix=out:&prefix=in:",
        "/kv?prefix=in:&prefix=out:", "/kv?prefix=",
        "/kv?PREFIX=in:&prefix=out:", "/kv?prefix=in:%00", "/kv?prefix=%6fut:", "/export?prefix=out:", "/export",
        "/export?prefix=in:&prefix=out:",
        "/history/in:/../out:k", "/history/out:k", "/history/in:%2F..%2Fout:k", "/watch?key=out:k",
        "/watch?prefix=in:&key=out:k", "/watch?prefix=out:", "/watch",
        "http://other/kv/out:k", "http://localhost/kv/in:/../out:k", "/webhooks/*", "/webhooks/out:*",
        "/webhooks/in:%2F..%2F*", "/admin/../kv/out:k", "/livez/../kv/out:k",
        "/livez/%2e%2e/kv/out:k", "/swagger/../kv/out:k", "/swagger/%2e%2e/kv/out:k",
    ];

    [TestCaseSource(nameof(Spellings))]
    public async Task No_spelling_of_a_path_leads_out_of_the_prefix(string target)
    {
        var owner = await Administrator();
        await owner.Put("out:k", "hidden-value");
        var holder = await Holder(AccessVerbs.All, "in:");

        foreach (var method in new[] { "GET", "PUT", "DELETE" })
        {
            var body = method == "PUT" ? """{"value":"mine"}"""u8.ToArray() : null;
            var answer = await RawHttp.Send(
                Host.Address,
                RawHttp.Request(method, target, holder, body, $"Authorization: Bearer {holder.Credential}"));

            Assert.That(answer.Body, Does.Not.Contain("hidden-value"), $"{method} {answer}");
            Assert.That(answer.Status, Is.LessThan(500), $"{method} {answer}");
        }

        var kept = await owner.Get("out:k");
        Assert.That(kept.Json.GetProperty("value").GetString(), Is.EqualTo("hidden-value"));
        Assert.That((await owner.Send(HttpMethod.Get, "/kv?fields=key")).Json.GetProperty("items").EnumerateArray()
            .Select(item => item.GetProperty("key").GetString()!)
                .Where(key => key != "out:k"), Has.All.StartsWith("in:"));
    }

    [TestCaseSource(nameof(Spellings))]
    public async Task No_spelling_of_a_path_avoids_authentication(string target)
    {
        var answer = await RawHttp.Send(Host.Address, RawHttp.Request("GET", target, Kv));

        // 400 and 404 come from steps before authentication that found no key in the path.
        Assert.That(answer.Status, Is.AnyOf(400, 401, 404), answer.ToString());
    }

    [TestCase("{0}/x", "{1}")]
    [TestCase("{0}", "x/../{1}")]
    [TestCase("../{0}", "{1}")]
    [TestCase("{0}%2F", "{1}")]
    [TestCase("{0} ", "{1}")]
    [TestCase("{0},{0}", "{1}")]
    [TestCase("*", "{1}")]
    [TestCase("*", "*")]
    [TestCase("{0}*", "{1}")]
    [TestCase("", "{1}")]
    public async Task No_spelling_of_a_tenant_leads_to_another(string space, string app)
    {
        var victim = await Administrator(Host.NewTenant());
        await victim.Put("k", "hidden-value");
        var mine = await Holder(AccessVerbs.All);
        string Fill(string form) => string.Format(null, form, victim.Namespace, victim.AppName);
        var client = new KvClient(Host.Http, Fill(space), Fill(app));

        foreach (var method in new[] { "GET", "PUT", "DELETE" })
        {
            var answer = await RawHttp.Send(Host.Address, RawHttp.Request(
                method, "/kv/k", client, method == "PUT" ? """{"value":"mine"}"""u8.ToArray() : null, $"Authorization: Bearer {mine.Credential}"));
            Assert.That(answer.Status, Is.AnyOf(400, 403), answer.ToString());
            Assert.That(answer.Body, Does.Not.Contain("hidden-value"));
        }
        Assert.That((await victim.Get("k")).Json.GetProperty("value").GetString(), Is.EqualTo("hidden-value"));
    }

    [Test]
    public async Task Headers_that_proxies_understand_change_nothing()
    {
        var victim = await Administrator(Host.NewTenant());
        await victim.Put("k", "hidden-value");
        var mine = await Holder(AccessVerbs.All);

        foreach (var header in new[]
                 {
                     $"KV_Namespace: {victim.Namespace}", $"X-Original-URL: /kv/k", "X-Rewrite-URL: /livez",
                     "X-HTTP-Method-Override: DELETE", "X-Forwarded-Prefix: /livez",
                     "X-Forwarded-For: 127.0.0.1", "X-Forwarded-User: admin",
                 })
        {
            var answer = await RawHttp.Send(
                Host.Address,
                RawHttp.Request("GET", "/kv/k", victim, null, $"Authorization: Bearer {mine.Credential}", header));
            ExpectForbidden(answer);
            ExpectUnauthorized(await RawHttp.Send(Host.Address, RawHttp.Request("GET", "/kv/k", victim, null, header)));
        }
    }
}
