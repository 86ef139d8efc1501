using System.Globalization;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.KeyValues;

/// <summary>The list of tenants: <c>GET /tenants</c>.</summary>
internal sealed class TenantListTests(Engine engine) : EngineTests(engine)
{
    [Test]
    public async Task Only_tenants_with_keys_are_listed_and_in_order()
    {
        foreach (var app in new[] { "b", "a-1", "c", "a" })
            await Of(app).Put("k", "v");
        await Of("gone").Put("k", "v");
        await Of("gone").Delete("k");

        var answer = await List($"?prefix={Kv.Namespace}");

        Assert.That(Expect.Members(answer.Json), Is.EqualTo(new[] { "tenants", "cursor" }));
        Assert.That(Tenants(answer), Is.EqualTo(new[] { "a-1", "a", "b", "c" }.Select(app => (Kv.Namespace, app))));
        Assert.That(Cursor(answer), Is.Null);
    }

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(5)]
    public async Task The_pages_together_hold_every_tenant_including_large_ones(int limit)
    {
        var apps = Enumerable.Range(0, 5).Select(number => $"app{number}").ToArray();
        await Task.WhenAll(apps.Select(app => Of(app).Put("k", "v")));
        // More keys than one read takes.
        await Task.WhenAll(Enumerable.Range(0, 150).Select(number => Of("app2").Put($"k{number}", "v")));

        var found = new List<(string?, string?)>();
        string? cursor = null;
        do
        {
            var page = await List(
                $"?prefix={Kv.Namespace}&limit={limit}" + (cursor is null ? "" : $"&cursor={cursor}"));
            Assert.That(Tenants(page), Has.Length.InRange(1, limit));
            found.AddRange(Tenants(page));
            cursor = Cursor(page);
        }
        while (cursor is not null);

        Assert.That(found, Is.EqualTo(apps.Select(app => (Kv.Namespace, app))));
    }

    [Test]
    public async Task A_page_ends_after_some_reads_and_the_next_continues()
    {
        // Each of these takes a read of its own.
        var apps = Enumerable.Range(0, 40).Select(number => number.ToString("d2", CultureInfo.InvariantCulture))
            .ToArray();
        await Task.WhenAll(apps.SelectMany(app => Enumerable.Range(0, 70).Select(key => Of(app).Put($"{key}", ""))));

        var first = await List($"?prefix={Kv.Namespace}&limit=1000");
        var rest = await List($"?prefix={Kv.Namespace}&limit=1000&cursor={Cursor(first)}");

        Assert.That(Tenants(first), Has.Length.EqualTo(32));
        Assert.That(Tenants(first).Concat(Tenants(rest)), Is.EqualTo(apps.Select(app => (Kv.Namespace, app))));
        Assert.That(Cursor(rest), Is.Null);
    }

    [TestCase("limit=0", "limit", "Limit must be between 1 and 1000")]
    [TestCase("limit=1001", "limit", "Limit must be between 1 and 1000")]
    [TestCase("prefix=a/b", "prefix", "must not contain '/'")]
    [TestCase("prefix=*", "prefix", "must not contain '/'")]
    [TestCase("prefix=abcdefghijklmnopqrstuvwxyz", "prefix", "max 25 characters")]
    [TestCase("cursor=abc", "cursor", "unchanged")]
    [TestCase("cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "cursor", "unchanged")]
    [TestCase("cursor=%C3%A9", "cursor", "unchanged")]
    public async Task A_wrong_query_is_refused(string query, string field, string saying) =>
        Expect.Problem(await List($"?{query}"), 400, null, field, saying);

    [Test]
    public async Task A_cursor_of_another_prefix_is_refused()
    {
        foreach (var app in new[] { "a", "b" })
            await Of(app).Put("k", "v");
        var cursor = Cursor(await List($"?prefix={Kv.Namespace}&limit=1"));

        Assert.That(cursor, Is.Not.Null);
        Expect.Problem(await List($"?limit=1&cursor={cursor}"), 400, null, "cursor");
    }

    private KvClient Of(string app) => new(Host.Http, Kv.Namespace, app);

    private Task<Answer> List(string query) =>
        new KvClient(Host.Http, null, null).Send(HttpMethod.Get, $"/tenants{query}");

    internal static (string?, string?)[] Tenants(Answer answer)
    {
        Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
        return [.. answer.Json.GetProperty("tenants").EnumerateArray()
            .Select(
                tenant => (tenant.GetProperty("namespace").GetString(), tenant.GetProperty("app_name").GetString()))];
    }

    internal static string? Cursor(Answer answer) => answer.Json.GetProperty("cursor").GetString();
}
