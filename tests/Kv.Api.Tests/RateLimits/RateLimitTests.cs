using System.Text.RegularExpressions;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.RateLimits;

/// <summary>The limit of a tenant's requests, and the headers that report it.</summary>
internal sealed partial class RateLimitTests
{
    private static readonly (string, string?)[] Few = [("RATE_LIMIT_PER_SECOND", "1"), ("RATE_LIMIT_BURST", "5")];
    private static readonly (string, string?)[] Many =
        [("RATE_LIMIT_PER_SECOND", "1000"), ("RATE_LIMIT_BURST", "100000")];

    [Test]
    public async Task A_flood_of_one_tenant_is_limited_and_another_tenant_is_not()
    {
        var host = await SharedHosts.Get(Engine.Embedded, Few);
        var (flood, other) = (host.NewTenant(), host.NewTenant());

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(number => flood.Put($"{number}", "v")));
        var refused = answers.Where(answer => answer.Status == 429).ToList();

        Assert.That(answers.Count(answer => answer.Status == 200), Is.GreaterThanOrEqualTo(5));
        Assert.That(refused, Is.Not.Empty);
        Expect.Problem(refused[0], 429, "Too many requests");
        Assert.That(refused[0].Header("Retry-After"), Is.EqualTo("1"));
        for (var number = 0; number < 5; number++)
            Assert.That((await other.Put($"{number}", "v")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_refused_request_has_no_effect()
    {
        var host = await SharedHosts.Get(Engine.Embedded, Few);
        var kv = host.NewTenant();

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(number => kv.Put($"{number}", "v")));
        Answer? list = null;
        await Eventually.Holds(async () => (list = await kv.List("")).Status == 200, "there is a token again");

        Assert.That(list!.Json.GetArrayLength(), Is.EqualTo(answers.Count(answer => answer.Status == 200)));
    }

    [Test]
    public async Task Every_answer_has_the_policy_and_the_remaining_requests()
    {
        var host = await SharedHosts.Get(Engine.Embedded, Many);
        var kv = host.NewTenant();

        foreach (var answer in new[]
                 {
                     await kv.Put("k", "v"), await kv.Get("k"), await kv.Get("none"), await kv.Put("k*", "v"),
                     await kv.PutJson("k", "{"),
                 })
        {
            Assert.That(answer.Header("RateLimit-Policy"), Is.EqualTo("\"tenant\";q=100000;w=100"), answer.ToString());
            Assert.That(
                answer.Header("RateLimit"), Does.Match("^\"tenant\";r=(9[0-9]{4}|100000);t=[01]$"), answer.ToString());
        }
    }

    [Test]
    public async Task Each_request_lowers_the_remaining_number_and_a_refusal_says_when_to_retry()
    {
        var host = await SharedHosts.Get(Engine.Embedded, Few);
        var kv = host.NewTenant();

        var first = await kv.Get("k");
        var last = (await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => kv.Get("k"))))
            .First(answer => answer.Status == 429);

        Assert.That(first.Header("RateLimit-Policy"), Is.EqualTo("\"tenant\";q=5;w=5"));
        Assert.That(Left(first), Is.LessThan(5));
        Assert.That(last.Header("RateLimit-Policy"), Is.EqualTo("\"tenant\";q=5;w=5"));
        Assert.That(last.Header("RateLimit"), Does.EndWith($";t={last.Header("Retry-After")}"));
    }

    [TestCase("/livez")]
    [TestCase("/readyz")]
    [TestCase("/")]
    [TestCase("/swagger/index.html")]
    [TestCase("/console/")]
    [TestCase("/swagger/v1/swagger.json")]
    public async Task Health_and_documents_do_not_count(string path)
    {
        var host = await SharedHosts.Get(Engine.Embedded, Few);
        var kv = host.NewTenant();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => kv.Send(HttpMethod.Get, path)));

        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(answers[0].Status).And.All.LessThan(400));
        Assert.That(answers[0].Header("RateLimit"), Is.Null);
    }

    [Test]
    public async Task A_malformed_tenant_gets_its_usual_error()
    {
        var host = await SharedHosts.Get(Engine.Embedded, Few);
        var kv = host.NewTenant();

        var twice = await RawHttp.Send(host.Address, RawHttp.Request("GET", "/kv/k", kv, null, "KV-Namespace: other"));
        var tooLong = await new KvClient(host.Http, new string('n', 1000), "a").Get("k");

        Expect.Problem(twice, 400, "KV-Namespace must not be sent more than once", "KV-Namespace");
        Expect.Problem(tooLong, 400, "Namespace too long (max 25 characters)", "namespace");
    }

    [Test]
    public async Task Tenant_names_that_are_too_long_share_one_limit()
    {
        await using var host = await KvHost.Start(Engine.Embedded, Few);

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(
            number => new KvClient(host.Http, $"{new string('n', 1000)}{number}", "a").Get("k")));

        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(400).Or.EqualTo(429));
        Assert.That(answers.Select(answer => answer.Status), Has.Some.EqualTo(429));
        Assert.That(
            (await Answer.Of(await host.Http.GetAsync(new Uri("/livez", UriKind.Relative)))).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_flood_under_ever_new_tenants_is_limited_by_its_address()
    {
        await using var host = await KvHost.Start(
            Engine.Embedded, ("RATE_LIMIT_PER_SECOND", "1000"), ("RATE_LIMIT_PER_ADDRESS", "5"),
            ("TRUSTED_PROXIES", "127.0.0.1"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => From("192.0.2.1")));
        var networks = await Task.WhenAll(Enumerable.Range(0, 100).Select(number => From($"2001:db8::{number:x}")));
        var other = await From("192.0.2.2");

        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(404).Or.EqualTo(429).And.Some.EqualTo(429));
        Assert.That(networks.Select(answer => answer.Status), Has.Some.EqualTo(429), "an IPv6 network is one caller");
        var refused = answers.First(answer => answer.Status == 429);
        Expect.Problem(refused, 429, "Too many requests");
        Assert.That(refused.Header("Retry-After"), Is.EqualTo("1"));
        Assert.That(other.Status, Is.EqualTo(404), "another address goes on");
        Assert.That(
            (await Answer.Of(await host.Http.GetAsync(new Uri("/livez", UriKind.Relative)))).Status, Is.EqualTo(200));

        Task<Answer> From(string address) =>
            host.NewTenant().With(HttpMethod.Get, "/kv/k", null, ("X-Forwarded-For", address));
    }

    [Test]
    public async Task An_untrusted_forwarded_address_is_ignored()
    {
        await using var host = await KvHost.Start(Engine.Embedded, ("RATE_LIMIT_PER_ADDRESS", "5"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(
            number => host.NewTenant().With(HttpMethod.Get, "/kv/k", null, ("X-Forwarded-For", $"192.0.2.{number}"))));

        Assert.That(answers.Select(answer => answer.Status), Has.Some.EqualTo(429));
    }

    [Test]
    public async Task Without_the_setting_no_limit_applies()
    {
        var host = await SharedHosts.Get(Engine.Embedded);
        var kv = host.NewTenant();

        var answer = await kv.Get("k");

        Assert.That(answer.Header("RateLimit"), Is.Null);
        Assert.That(answer.Header("RateLimit-Policy"), Is.Null);
    }

    private static int Left(Answer answer) =>
        int.Parse(Remaining().Match(answer.Header("RateLimit")!).Groups[1].Value, null);

    [GeneratedRegex(";r=([0-9]+);")]
    private static partial Regex Remaining();
}
