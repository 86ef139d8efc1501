using System.Text;
using System.Text.Json;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.KeyValues;

internal sealed class ListTests(Engine engine) : EngineTests(engine)
{
    [Test]
    public async Task List_answers_an_array_of_the_answers_of_get()
    {
        await Kv.Post("user:1", "Ada");
        await Kv.Post("user:2", "Bob", 1000);

        var answer = await Kv.List("user:");

        Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
        Assert.That(answer.ContentType, Is.EqualTo("application/json"));
        Assert.That(answer.Json[0].GetRawText(), Is.EqualTo("""{"key":"user:1","value":"Ada","ttl":null,"expire_at":null}"""));
        Assert.That(Expect.Members(answer.Json[1]), Is.EqualTo(new[] { "key", "value", "ttl", "expire_at" }));
        Assert.That(answer.Json[1].GetProperty("ttl").GetInt64(), Is.InRange(900, 1000));
        Assert.That(
            answer.Json[1].GetProperty("expire_at").GetInt64(),
            Is.EqualTo((await Kv.Get("user:2")).Json.GetProperty("expire_at").GetInt64()));
    }

    [Test]
    public async Task List_without_matches_is_a_problem_404()
    {
        await Kv.Post("a", "v");

        Expect.Problem(await Kv.List("b"), 404, "Key not found");
    }

    [Test]
    public async Task List_includes_the_prefix_itself_and_excludes_its_neighbours_in_the_order()
    {
        foreach (var key in new[] { "a", "ab", "abc", "ac", "b", "aB", "Ab" })
            await Kv.Post(key, "v");

        Assert.That(Keys(await Kv.List("ab")), Is.EqualTo(new[] { "ab", "abc" }));
    }

    [Test]
    public async Task An_empty_prefix_lists_every_key_of_the_tenant()
    {
        string[] keys = ["/", "a", "a/b", "z"];
        foreach (var key in keys)
            await Kv.Post(key, "v");

        Assert.That(Keys(await Kv.Send(HttpMethod.Get, "/kv/*")), Is.EqualTo(keys));
    }

    [Test]
    public async Task The_asterisk_may_be_percent_encoded()
    {
        await Kv.Post("ab", "v");

        Assert.That(Keys(await Kv.Send(HttpMethod.Get, "/kv/a%2A")), Is.EqualTo(new[] { "ab" }));
        Assert.That(Keys(await Kv.Send(HttpMethod.Get, "/kv/a%2a")), Is.EqualTo(new[] { "ab" }));
    }

    [Test]
    public async Task Only_the_last_asterisk_is_the_wildcard()
    {
        await Kv.Post("a*b", "v");
        await Kv.Post("axb", "v");

        Assert.That(Keys(await Kv.List("a*")), Is.EqualTo(new[] { "a*b" }));
        Assert.That((await Kv.Get("a*b")).Json.GetProperty("key").GetString(), Is.EqualTo("a*b"));
    }

    [Test]
    public async Task Keys_are_in_the_byte_order_of_utf8()
    {
        // U+FF5E is after the halves of U+1F389 in UTF-16, and before it in UTF-8.
        string[] keys = ["🎉", "\uff5e", "é", "z", "a", "Z", "a/b", "a b", "世", "ab", "~", "!"];
        foreach (var key in keys)
            await Kv.Post(key, "v");

        var inOrder = keys.OrderBy(
            Encoding.UTF8.GetBytes, Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)));
        Assert.That(Keys(await Kv.List("")), Is.EqualTo(inOrder));
    }

    [Test]
    public async Task A_prefix_may_end_within_a_composed_character()
    {
        await Kv.Post("e\u0301t\u00e9", "v");
        await Kv.Post("été", "v");

        Assert.That(Keys(await Kv.List("e")), Is.EqualTo(new[] { "e\u0301t\u00e9" }));
    }

    [Test]
    public async Task Thousands_of_keys_are_all_there_once_and_in_order()
    {
        const int count = 3_000;
        var keys = Enumerable.Range(0, count).Select(number => $"{number:d5}").ToArray();
        await Parallel.ForEachAsync(
            keys, new ParallelOptions { MaxDegreeOfParallelism = 64 },
            async (key, _) => await Kv.Put($"many/{key}", key));

        var answer = await Kv.List("many/");

        Assert.That(Keys(answer), Is.EqualTo(keys.Select(key => $"many/{key}")));
        Assert.That(answer.Header("Content-Length"), Is.Null, "it is streamed");
    }

    [Test]
    public async Task A_listing_larger_than_a_message_of_the_store_is_complete()
    {
        var value = new string('v', 1_000_000);
        for (var number = 0; number < 70; number++)
            await Kv.Put($"large/{number:d2}", value);

        var listed = (await Kv.List("large/")).Json;

        Assert.That(listed.GetArrayLength(), Is.EqualTo(70));
        Assert.That(
            listed.EnumerateArray().All(item => item.GetProperty("value").GetString()!.Length == value.Length),
            Is.True);
    }

    private static string[] Keys(Answer listing)
    {
        Assert.That(listing.Status, Is.EqualTo(200), listing.ToString());
        Assert.That(listing.Json.ValueKind, Is.EqualTo(JsonValueKind.Array));
        return [.. listing.Json.EnumerateArray().Select(item => item.GetProperty("key").GetString()!)];
    }
}
