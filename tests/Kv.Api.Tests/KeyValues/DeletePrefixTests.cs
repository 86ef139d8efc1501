using System.Text;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.KeyValues;

/// <summary>Deletes of all keys with a prefix: <c>DELETE /kv?prefix=</c>.</summary>
internal sealed class DeletePrefixTests(Engine engine) : EngineTests(engine)
{
    [Test]
    public async Task The_keys_with_the_prefix_are_deleted_and_no_others()
    {
        await Kv.Put("a/1", "v");
        await Kv.With(HttpMethod.Put, "/kv/a%2F2", KvClient.Bytes([1], "image/png"));
        await Kv.Put("a/b/3", "v", 600);
        foreach (var key in new[] { "a", "a0", "b/a/1" })
            await Kv.Put(key, "v");

        var dry = await Delete("a/", "&dry_run=true");
        var done = await Delete("a/");
        var again = await Delete("a/");

        Assert.That(Expect.Members(done.Json), Is.EqualTo(new[] { "deleted", "dry_run", "more", "revision" }));
        Assert.That(
            (Read(dry), Read(done), Read(again)),
            Is.EqualTo(((3L, true, false), (3L, false, false), (0L, false, false))));
        Assert.That(done.Header("KV-Revision"), Is.EqualTo($"{done.Json.GetProperty("revision").GetInt64()}"));
        Assert.That(await Keys(), Is.EqualTo(new[] { "a", "a0", "b/a/1" }));
        // The media type is gone with the value.
        await Kv.Put("a/2", "text");
        Assert.That((await Kv.Send(HttpMethod.Get, "/kv/a%2F2?raw")).ContentType, Does.Not.Contain("image"));
    }

    [Test]
    public async Task One_call_deletes_a_limited_number_of_keys_and_the_next_call_the_rest()
    {
        var lines = new StringBuilder();
        for (var number = 0; number < 5050; number++)
            lines.Append($$"""{"key":"k{{number}}","value":""}""").Append('\n');
        await Kv.With(
            HttpMethod.Post, "/import",
            KvClient.Bytes(Encoding.UTF8.GetBytes(lines.ToString()), "application/x-ndjson"));

        Assert.That(Read(await Delete("k", "&dry_run")), Is.EqualTo((5050L, true, false)));
        Assert.That(Read(await Delete("k")), Is.EqualTo((5000L, false, true)));
        Assert.That(Read(await Delete("k")), Is.EqualTo((50L, false, false)));
        Assert.That(await Keys(), Is.Empty);
    }

    [Test]
    public async Task Concurrent_calls_delete_each_key_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 300).Select(number => Kv.Put($"k{number}", "v")));

        var both = await Task.WhenAll(Delete("k"), Delete("k"));

        Assert.That(both.Sum(answer => Read(answer).Deleted), Is.EqualTo(300));
        Assert.That(await Keys(), Is.Empty);
    }

    [Test]
    public async Task Each_deletion_is_a_change_that_watches_see()
    {
        foreach (var key in new[] { "w/1", "w/2" })
            await Kv.Put(key, "v");
        var done = await Delete("w/");

        var history = (await Kv.Send(HttpMethod.Get, "/history/w%2F1")).Json.GetProperty("items")[0];

        Assert.That(history.GetProperty("event").GetString(), Is.EqualTo("delete"));
        Assert.That(
            history.GetProperty("revision").GetInt64(), Is.EqualTo(done.Json.GetProperty("revision").GetInt64()));
    }

    [TestCase("", "key", "must not be empty")]
    [TestCase("?prefix=", "prefix", "must not be empty")]
    [TestCase("?prefix=a&dry_run=maybe", "dry_run", "one of: true, false")]
    [TestCase("?prefix=a&prefix=b", "prefix", "more than once")]
    [TestCase("?prefix=a&delimiter=/", "delimiter", "not a query parameter")]
    public async Task A_wrong_call_is_refused_and_deletes_nothing(string query, string field, string saying)
    {
        await Kv.Put("a", "v");

        Expect.Problem(await Kv.Send(HttpMethod.Delete, $"/kv{query}"), 400, null, field, saying);
        Expect.Problem(await Kv.Send(HttpMethod.Delete, $"/kv/{query}"), 400, null, field, saying);
        Assert.That(await Keys(), Is.EqualTo(new[] { "a" }));
    }

    private Task<Answer> Delete(string prefix, string more = "") =>
        Kv.Send(HttpMethod.Delete, $"/kv?prefix={prefix}{more}");

    private static (long Deleted, bool DryRun, bool More) Read(Answer answer)
    {
        Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
        return (
            answer.Json.GetProperty("deleted").GetInt64(), answer.Json.GetProperty("dry_run").GetBoolean(),
            answer.Json.GetProperty("more").GetBoolean());
    }

    private async Task<string?[]> Keys() =>
        [.. (await Kv.Send(HttpMethod.Get, "/kv?fields=key")).Json.GetProperty("items")
        .EnumerateArray().Select(item => item.GetProperty("key").GetString())];
}
