using System.Text.Json;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.KeyValues;

/// <summary>Lists in pages: <c>GET /kv</c> without a key.</summary>
internal sealed class PageTests(Engine engine) : EngineTests(engine)
{
    [Test]
    public async Task A_page_has_all_fields_of_each_key()
    {
        await Kv.Put("a", "1");
        var second = await Kv.Put("a", "2", 600);
        await Kv.With(HttpMethod.Put, "/kv/b", KvClient.Bytes([0xFF], "image/png"));

        var page = await List("");

        var (a, b) = (page.Json.GetProperty("items")[0], page.Json.GetProperty("items")[1]);
        Assert.That(Expect.Members(page.Json), Is.EqualTo(new[] { "items", "prefixes", "cursor", "revision" }));
        Assert.That(
            Expect.Members(a),
            Is.EqualTo(new[] { "key", "value", "ttl", "expire_at", "etag", "create_revision", "version" }));
        Assert.That($"\"{a.GetProperty("etag").GetString()}\"", Is.EqualTo(second.Header("ETag")));
        Assert.That(a.GetProperty("version").GetInt64(), Is.EqualTo(2));
        Assert.That(
            (b.GetProperty("value").GetString(), b.GetProperty("encoding").GetString(), b.GetProperty("content_type")
                .GetString()),
            Is.EqualTo(("/w==", "base64", "image/png")));
        Assert.That(page.Json.GetProperty("cursor").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(page.Header("Link"), Is.Null);
        Assert.That(page.Header("KV-Revision"), Is.EqualTo($"{page.Json.GetProperty("revision").GetInt64()}"));
    }

    [TestCase("key", new[] { "key" })]
    [TestCase("meta", new[] { "key", "etag", "create_revision", "version" })]
    public async Task The_parameter_fields_chooses_the_members(string fields, string[] members)
    {
        await Kv.Put("a", "1");

        var page = await List($"?fields={fields}");

        Assert.That(Expect.Members(page.Json.GetProperty("items")[0]), Is.EqualTo(members));
    }

    [Test]
    public async Task Metadata_includes_the_content_types_of_many_keys()
    {
        for (var number = 0; number < 30; number++)
            await (number % 3 == 0
                ? Kv.With(HttpMethod.Put, $"/kv/{number:d2}", KvClient.Bytes("v"u8.ToArray(), $"text/{number}"))
                : Kv.Put($"{number:d2}", "v"));
        await Kv.Put("00", "its type no longer counts");

        var items = (await List("?fields=meta&prefix=")).Json.GetProperty("items").EnumerateArray().ToArray();

        Assert.That(
            items.Select(item => item.TryGetProperty("content_type", out var type) ? type.GetString() : null),
            Is.EqualTo(
                Enumerable.Range(0, 30).Select(number => number % 3 == 0 && number > 0 ? $"text/{number}" : null)));
    }

    [TestCase(1)]
    [TestCase(7)]
    [TestCase(25)]
    [TestCase(100)]
    public async Task The_pages_together_hold_every_key_at_one_revision_beside_writers(int limit)
    {
        await Task.WhenAll(Enumerable.Range(0, 25).Select(number => Kv.Put($"k/{number:d2}", "before")));
        await Kv.Put("l", "another prefix");

        var items = new List<(string, string)>();
        var revisions = new HashSet<long>();
        var next = $"/kv?prefix=k/&limit={limit}";
        for (var pages = 0; next is not null; pages++)
        {
            var page = await Kv.Send(HttpMethod.Get, next);
            Assert.That(page.Status, Is.EqualTo(200), page.ToString());
            var found = page.Json.GetProperty("items").EnumerateArray().ToArray();
            Assert.That(found, Has.Length.InRange(1, limit));
            items.AddRange(
                found.Select(item => (item.GetProperty("key").GetString()!, item.GetProperty("value").GetString()!)));
            revisions.Add(page.Json.GetProperty("revision").GetInt64());
            next = Next(page);
            await Kv.Put($"k/{pages:d2}", "after");
            await Kv.Put($"k/{pages:d2}-new", "after");
            await Kv.Delete($"k/{pages + 1:d2}");
        }

        Assert.That(items, Is.EqualTo(Enumerable.Range(0, 25).Select(number => ($"k/{number:d2}", "before"))));
        Assert.That(revisions, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_page_of_large_values_ends_before_its_limit_and_leads_to_the_rest()
    {
        var value = new string('v', 100_000);
        await Task.WhenAll(Enumerable.Range(0, 60).Select(number => Kv.Put($"{number:d2}", value)));

        var first = await List("?limit=1000");
        var second = await Kv.Send(HttpMethod.Get, Next(first)!);

        Assert.That(Keys(first.Json), Has.Length.InRange(2, 50));
        Assert.That(
            Keys(first.Json).Concat(Keys(second.Json)),
            Is.EqualTo(Enumerable.Range(0, 60).Select(number => $"{number:d2}")));
        Assert.That(Next(second), Is.Null);
    }

    [Test]
    public async Task Keys_with_a_delimiter_are_grouped_into_folders()
    {
        foreach (var key in new[] { "a", "b/1", "b/2", "b/c/3", "c", "d/1", "e//1", "f" })
            await Kv.Put(key, "v");

        var top = (await List("?delimiter=/")).Json;
        var inner = (await List("?delimiter=/&prefix=b/")).Json;

        Assert.That(Keys(top), Is.EqualTo(new[] { "a", "c", "f" }));
        Assert.That(Prefixes(top), Is.EqualTo(new[] { "b/", "d/", "e/" }));
        Assert.That((Keys(inner), Prefixes(inner)), Is.EqualTo((new[] { "b/1", "b/2" }, new[] { "b/c/" })));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(1000)]
    public async Task Each_folder_is_listed_once_across_all_pages(int limit)
    {
        await Task.WhenAll(Enumerable.Range(0, 60).Select(number => Kv.Put($"big/{number:d2}", "v")));
        await Task.WhenAll(Enumerable.Range(0, 12).Select(number => Kv.Put($"small{number:d2}/x", "v")));
        await Kv.Put("a", "v");
        await Kv.Put("z", "v");

        var (keys, prefixes) = (new List<string>(), new List<string>());
        for (var next = $"/kv?delimiter=/&limit={limit}&fields=key"; next is not null;)
        {
            var page = await Kv.Send(HttpMethod.Get, next);
            Assert.That(Keys(page.Json).Length + Prefixes(page.Json).Length, Is.InRange(1, limit), page.ToString());
            keys.AddRange(Keys(page.Json));
            prefixes.AddRange(Prefixes(page.Json));
            next = Next(page);
        }

        Assert.That(keys, Is.EqualTo(new[] { "a", "z" }));
        Assert.That(
            prefixes, Is.EqualTo(Enumerable.Range(0, 12).Select(number => $"small{number:d2}/").Prepend("big/")));
    }

    [Test]
    public async Task A_tenant_without_keys_has_an_empty_page()
    {
        var page = await List("");

        Assert.That(page.Status, Is.EqualTo(200));
        Assert.That((Keys(page.Json), Prefixes(page.Json)), Is.EqualTo((Array.Empty<string>(), Array.Empty<string>())));
    }

    [Test]
    public async Task A_cursor_is_valid_for_its_own_listing_and_tenant_only()
    {
        await Task.WhenAll(Enumerable.Range(0, 5).Select(number => Kv.Put($"a/{number}", "v")));
        var cursor = (await List("?prefix=a/&limit=2")).Json.GetProperty("cursor").GetString()!;
        var tampered = cursor[..12] + (cursor[12] == 'A' ? 'B' : 'A') + cursor[13..];

        Assert.That(
            Keys((await List($"?prefix=a/&limit=9&cursor={cursor}")).Json), Is.EqualTo(new[] { "a/2", "a/3", "a/4" }));
        foreach (var wrong in new[] { tampered, cursor[..^1], "x", "", Uri.EscapeDataString("*"), cursor + "AAAA" })
            ExpectForeign(await List($"?prefix=a/&limit=2&cursor={wrong}"));
        ExpectForeign(await List($"?prefix=a&limit=2&cursor={cursor}"));
        ExpectForeign(await List($"?prefix=a/&delimiter=/&limit=2&cursor={cursor}"));
        ExpectForeign(await Host.NewTenant().Send(HttpMethod.Get, $"/kv?prefix=a/&limit=2&cursor={cursor}"));

        static void ExpectForeign(Answer answer) => Expect.Problem(answer, 400, null, "cursor", "unchanged");
    }

    [TestCase("limit=0", "limit", "between 1 and 1000")]
    [TestCase("limit=-1", "limit", "between 1 and 1000")]
    [TestCase("limit=1001", "limit", "between 1 and 1000")]
    [TestCase("limit=1000000000", "limit", "between 1 and 1000")]
    [TestCase("limit=1000000000000", "limit", "between 1 and 1000")]
    [TestCase("limit=ten", "limit", "whole number")]
    [TestCase("limit=1.5", "limit", "whole number")]
    [TestCase("limit=1&limit=2", "limit", "more than once")]
    [TestCase("fields=value", "fields", "key, meta, all")]
    [TestCase("delimiter=", "delimiter", "1 to 100 characters")]
    public async Task A_wrong_parameter_is_refused_by_its_name(string query, string field, string saying) =>
        Expect.Problem(await List($"?{query}"), 400, null, field, saying);

    [Test]
    public async Task A_prefix_that_is_too_long_is_refused() => Expect.Problem(
        await List($"?prefix={new string('p', 101)}"), 400, "Key too long (max 100 characters)", "prefix");

    [Test]
    public async Task Head_counts()
    {
        await Task.WhenAll(Enumerable.Range(0, 12).Select(number => Kv.Put($"a/{number}", "v")));
        await Kv.Put("b", "v");

        foreach (var (path, count)
            in new[] { ("/kv", 13), ("/kv?prefix=a/", 12), ("/kv?prefix=c", 0), ("/kv/a/*", 12), ("/kv/*", 13) })
        {
            var head = await Kv.With(HttpMethod.Head, path, null);
            Assert.That((head.Status, head.Header("KV-Count"), head.Body), Is.EqualTo((200, $"{count}", "")), path);
            Assert.That(head.Header("KV-Revision"), Is.Not.Null);
        }
        Assert.That((await Kv.With(HttpMethod.Head, "/kv/c*", null)).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task The_predecessors_listing_has_a_revision()
    {
        var written = await Kv.Put("a", "v");

        Assert.That(
            long.Parse((await Kv.List("a")).Header("KV-Revision")!, null), Is.GreaterThanOrEqualTo(Revision(written)));
        Assert.That(
            long.Parse((await Kv.List("none")).Header("KV-Revision")!, null),
            Is.GreaterThanOrEqualTo(Revision(written)));

        static long Revision(Answer answer) => long.Parse(answer.Header("KV-Revision")!, null);
    }

    private static string[] Keys(JsonElement page) =>
        [.. page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("key").GetString()!)];

    private static string[] Prefixes(JsonElement page) =>
        [.. page.GetProperty("prefixes").EnumerateArray().Select(prefix => prefix.GetString()!)];

    private static string? Next(Answer page)
    {
        if (page.Header("Link") is not { } link)
        {
            Assert.That(page.Json.GetProperty("cursor").ValueKind, Is.EqualTo(JsonValueKind.Null));
            return null;
        }
        Assert.That(link, Does.StartWith("<").And.EndsWith(">; rel=\"next\""));
        Assert.That(link, Does.Contain(page.Json.GetProperty("cursor").GetString()));
        return link[1..link.IndexOf('>')];
    }

    private Task<Answer> List(string query) => Kv.Send(HttpMethod.Get, $"/kv{query}");
}
