using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.KeyValues;

/// <summary>Conditional requests (RFC 9110, section 13).</summary>
internal sealed class ConditionTests(Engine engine) : EngineTests(engine)
{
    private const string Failed = "Precondition failed";

    [Test]
    public async Task Every_answer_about_a_key_has_its_revision_and_the_stores()
    {
        var posted = await Kv.Post("k", "v");
        var etag = posted.Header("ETag")!;
        await Kv.Put("other", "v");
        var got = await Kv.Get("k");
        var head = await Kv.With(HttpMethod.Head, "/kv/k", null);
        var put = await Kv.Put("k", "w");
        var deleted = await Kv.Delete("k");
        var missed = await Kv.Get("k");

        Assert.That(etag, Does.Match("^\"[1-9][0-9]*\"$"));
        Assert.That((got.Header("ETag"), head.Header("ETag")), Is.EqualTo((etag, etag)));
        Assert.That(put.Header("ETag"), Is.Not.EqualTo(etag));
        Assert.That($"\"{posted.Header("KV-Revision")}\"", Is.EqualTo(etag));
        Assert.That(
            new[] { posted, got, head, put, deleted, missed }.Select(
                answer => long.Parse(answer.Header("KV-Revision")!, null)),
            Is.Ordered);
        Assert.That(
            (head.Status, head.Body, head.Header("Content-Length")),
            Is.EqualTo((200, "", got.Header("Content-Length"))));
        Assert.That(deleted.Header("ETag"), Is.Null);
    }

    [Test]
    public async Task A_write_with_the_current_etag_succeeds_and_one_with_a_stale_etag_changes_nothing()
    {
        var stale = (await Kv.Put("k", "1")).Header("ETag")!;
        var present = (await Kv.Put("k", "2")).Header("ETag")!;

        var lost = await Put("k", "lost", ("If-Match", stale));
        Expect.Problem(lost, 412, Failed);
        Assert.That(lost.Header("ETag"), Is.EqualTo(present), "the current ETag, for a retry");
        Assert.That(await Value("k"), Is.EqualTo("2"));

        var won = await Put("k", "3", ("If-Match", present));
        Assert.That(won.Status, Is.EqualTo(200), won.ToString());
        Assert.That(await Value("k"), Is.EqualTo("3"));
    }

    [Test]
    public async Task If_match_any_needs_an_existing_key_and_if_none_match_any_an_absent_one()
    {
        var absent = await Put("k", "v", ("If-Match", "*"));
        Expect.Problem(absent, 412, Failed);
        Assert.That(absent.Header("ETag"), Is.Null);
        Assert.That((await Kv.Get("k")).Status, Is.EqualTo(404));

        Assert.That((await Put("k", "first", ("If-None-Match", "*"))).Status, Is.EqualTo(200));
        Expect.Problem(await Put("k", "second", ("If-None-Match", "*")), 412, Failed);
        Expect.Problem(await Post("k", "third", ("If-None-Match", "*")), 412, Failed);
        Assert.That(await Value("k"), Is.EqualTo("first"));
        Assert.That((await Put("k", "fourth", ("If-Match", "*"))).Status, Is.EqualTo(200));
        Assert.That((await Post("new", "v", ("If-None-Match", "*"))).Status, Is.EqualTo(201));
    }

    [Test]
    public async Task A_delete_depends_on_its_condition()
    {
        var etag = (await Kv.Put("k", "v")).Header("ETag")!;

        Expect.Problem(await Delete("k", ("If-Match", "\"1\"")), 412, Failed);
        Expect.Problem(await Delete("k", ("If-None-Match", "*")), 412, Failed);
        Assert.That(await Value("k"), Is.EqualTo("v"));
        Assert.That((await Delete("k", ("If-Match", etag))).Status, Is.EqualTo(204));
        Expect.Problem(await Delete("k", ("If-Match", etag)), 412, Failed);
        Expect.Problem(await Delete("k", ("If-Match", "*")), 412, Failed);
        Assert.That((await Delete("k", ("If-None-Match", "*"))).Status, Is.EqualTo(204));
    }

    [Test]
    public async Task A_read_of_an_unchanged_value_is_304()
    {
        var etag = (await Kv.Put("k", "v")).Header("ETag")!;

        foreach (var known in new[] { etag, $"W/{etag}", $"\"other\", {etag}", "*" })
            foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
            {
                var same = await Kv.With(method, "/kv/k", null, ("If-None-Match", known));
                Assert.That((same.Status, same.Body, same.Header("ETag")), Is.EqualTo((304, "", etag)), known);
            }
        foreach (var other in new[] { "\"1\"", "\"other\"", "W/\"1\"" })
            Assert.That((await Get("k", ("If-None-Match", other))).Status, Is.EqualTo(200), other);
        Assert.That((await Get("k", ("If-Match", etag))).Status, Is.EqualTo(200));
        Assert.That((await Get("k", ("If-Match", $"W/{etag}"))).Status, Is.EqualTo(200));
        Expect.Problem(await Get("k", ("If-Match", "\"1\"")), 412, Failed);
        Expect.Problem(await Get("absent", ("If-Match", "*")), 412, Failed);
        Expect.Problem(await Get("absent", ("If-None-Match", "*")), 404, "Key not found");
    }

    [TestCase("W/{0}")]
    [TestCase("\"1\", {0}")]
    [TestCase("{0}, \"9999999999\"")]
    [TestCase("\"1\", W/{0} , \"9999999999\"")]
    public async Task Every_write_accepts_a_list_of_etags_and_a_weak_etag(string format)
    {
        var answers = new List<Answer>();
        answers.Add(await Put("k", "1", ("If-Match", Match(await Kv.Put("k", "0")))));
        answers.Add(await Post("k", "2", ("If-Match", Match(answers[^1]))));
        answers.Add(await Patch("k", """{"ttl":60}""", ("If-Match", Match(answers[^1]))));
        answers.Add(await Delete("k", ("If-Match", Match(answers[^1]))));

        Assert.That(answers.Select(answer => answer.Status), Is.EqualTo(new[] { 200, 201, 200, 204 }));
        await Kv.Put("k", "other");
        foreach (var stale in new[]
                 {
                     await Put("k", "lost", ("If-Match", Match(answers[0]))),
                     await Delete("k", ("If-Match", Match(answers[0]))),
                 })
            Expect.Problem(stale, 412, Failed);

        string Match(Answer before) => string.Format(null, format, before.Header("ETag"));
    }

    [TestCase("If-Match", "42")]
    [TestCase("If-Match", "\"abc\"")]
    [TestCase("If-Match", "\"\"")]
    [TestCase("If-Match", "\"0\"")]
    [TestCase("If-Match", "\"-1\"")]
    [TestCase("If-Match", "\"99999999999999999999\"")]
    [TestCase("If-Match", "\"42\", *")]
    [TestCase("If-Match", "\"42\", \"abc\"")]
    [TestCase("If-Match", "\"42")]
    [TestCase("If-Match", "**")]
    [TestCase("If-None-Match", "\"42\"")]
    [TestCase("If-None-Match", "W/\"42\"")]
    [TestCase("If-None-Match", "42")]
    [TestCase("If-None-Match", "*, *")]
    public async Task A_write_with_a_malformed_etag_is_refused_by_the_headers_name(string header, string value)
    {
        await Kv.Put("k", "v");

        foreach (var answer in new[]
                 {
                     await Put("k", "lost", (header, value)), await Post("k", "lost", (header, value)),
                     await Delete("k", (header, value)), await Patch("k", """{"ttl":60}""", (header, value)),
                 })
            Expect.Problem(answer, 400, null, header, header);
        Assert.That(await Value("k"), Is.EqualTo("v"));
        Assert.That(
            (await Kv.Get("k")).Json.GetProperty("ttl").ValueKind, Is.EqualTo(System.Text.Json.JsonValueKind.Null));
    }

    [TestCase("42")]
    [TestCase("\"42")]
    [TestCase("W/42")]
    public async Task A_read_with_a_malformed_etag_is_refused(string value)
    {
        await Kv.Put("k", "v");

        Expect.Problem(await Get("k", ("If-None-Match", value)), 400, null, "If-None-Match", "entity tags");
    }

    [Test]
    public async Task Both_conditions_at_once_are_refused()
    {
        Expect.Problem(
            await Put("k", "v", ("If-Match", "*"), ("If-None-Match", "*")), 400, null, "If-Match", "together");
        Assert.That((await Kv.Get("k")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task One_of_many_writers_with_the_same_etag_wins()
    {
        var etag = (await Kv.Put("counter", "0")).Header("ETag")!;

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(number => Put("counter", $"{number}", ("If-Match", etag))));

        Assert.That(answers.Count(answer => answer.Status == 200), Is.EqualTo(1));
        Assert.That(answers.Count(answer => answer.Status == 412), Is.EqualTo(49));
    }

    [Test]
    public async Task No_increment_is_lost_among_writers_that_try_again()
    {
        await Kv.Put("counter", "0");

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            for (var done = 0; done < 5;)
            {
                var read = await Kv.Get("counter");
                var next = int.Parse(read.Json.GetProperty("value").GetString()!, null) + 1;
                if ((await Put("counter", $"{next}", ("If-Match", read.Header("ETag")!))).Status == 200)
                    done++;
            }
        }));

        Assert.That(await Value("counter"), Is.EqualTo("40"));
    }

    [Test]
    public async Task An_expired_key_counts_as_absent()
    {
        var etag = (await Kv.Put("k", "v", 1)).Header("ETag")!;
        await Eventually.Holds(async () => (await Kv.Get("k")).Status == 404, "the key is gone");

        Expect.Problem(await Put("k", "w", ("If-Match", etag)), 412, Failed);
        Assert.That((await Put("k", "w", ("If-None-Match", "*"))).Status, Is.EqualTo(200));
    }

    private async Task<string?> Value(string key) => (await Kv.Get(key)).Json.GetProperty("value").GetString();

    private Task<Answer> Get(string key, params (string, string)[] headers) =>
        Kv.With(HttpMethod.Get, KvClient.PathOf(key), null, headers);

    private Task<Answer> Put(string key, string value, params (string, string)[] headers) =>
        Kv.With(HttpMethod.Put, KvClient.PathOf(key), KvClient.Json(Utf8($$"""{"value":"{{value}}"}""")), headers);

    private Task<Answer> Post(string key, string value, params (string, string)[] headers) =>
        Kv.With(HttpMethod.Post, "/kv", KvClient.Json(Utf8($$"""{"key":"{{key}}","value":"{{value}}"}""")), headers);

    private Task<Answer> Patch(string key, string json, params (string, string)[] headers) =>
        Kv.With(HttpMethod.Patch, KvClient.PathOf(key), KvClient.Json(Utf8(json)), headers);

    private Task<Answer> Delete(string key, params (string, string)[] headers) =>
        Kv.With(HttpMethod.Delete, KvClient.PathOf(key), null, headers);

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
