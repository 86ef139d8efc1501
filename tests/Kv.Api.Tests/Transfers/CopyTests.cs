using System.Text;
using System.Text.Json;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Transfers;

/// <summary>Copies of all keys with a prefix: <c>POST /copy</c>.</summary>
internal sealed class CopyTests(Engine engine) : EngineTests(engine)
{
    [Test]
    public async Task A_copy_keeps_values_media_types_and_expiry()
    {
        await Kv.Put("a/text", "v");
        await Kv.Put("a/short", "v", 600);
        await Kv.With(HttpMethod.Put, "/kv/a%2Fimage", KvClient.Bytes([0xFF], "image/png"));
        await Kv.Put("b/other", "v");

        var dry = await Copy("a/", "b/", dryRun: true);
        var before = await Items("b/");
        var done = await Copy("a/", "b/");

        Assert.That(
            Expect.Members(done.Json), Is.EqualTo(new[] { "copied", "existing", "invalid", "dry_run", "cursor" }));
        Assert.That((Read(dry), Read(done)), Is.EqualTo(((3L, 0L, 0L), (3L, 0L, 0L))));
        Assert.That(before.Keys, Is.EqualTo(new[] { "other" }), "a dry run writes nothing");
        var (copies, originals) = (await Items("b/"), await Items("a/"));
        Assert.That(copies.Keys, Is.EqualTo(new[] { "image", "other", "short", "text" }));
        foreach (var (name, original) in originals)
            Assert.That(copies[name], Is.EqualTo(original), name);
    }

    [Test]
    public async Task Existing_keys_are_kept_unless_the_copy_may_overwrite_them()
    {
        await Kv.Put("a/1", "new");
        await Kv.Put("a/2", "new");
        await Kv.Put("b/1", "old");

        Assert.That(Read(await Copy("a/", "b/", dryRun: true)), Is.EqualTo((1L, 1L, 0L)));
        Assert.That(Read(await Copy("a/", "b/")), Is.EqualTo((1L, 1L, 0L)));
        Assert.That((await Kv.Get("b/1")).Json.GetProperty("value").GetString(), Is.EqualTo("old"));
        Assert.That(Read(await Copy("a/", "b/", overwrite: true)), Is.EqualTo((2L, 0L, 0L)));
        Assert.That((await Kv.Get("b/1")).Json.GetProperty("value").GetString(), Is.EqualTo("new"));
    }

    [Test]
    public async Task Names_that_are_not_valid_keys_are_counted_and_skipped()
    {
        await Kv.Put("a", "the new name would be empty");
        await Kv.Put("a/" + new string('k', 98), "the new name would be too long");
        await Kv.Put("a/b", "v");

        Assert.That(Read(await Copy("a", "")), Is.EqualTo((2L, 0L, 1L)));
        Assert.That(Read(await Copy("a/", "long/")), Is.EqualTo((1L, 0L, 1L)));
    }

    [Test]
    public async Task A_copy_into_its_own_prefix_ends_and_copies_every_key_once()
    {
        var lines = new StringBuilder();
        for (var number = 0; number < 1100; number++)
            lines.Append($$"""{"key":"k/{{number}}","value":"{{number}}"}""").Append('\n');
        await Kv.With(
            HttpMethod.Post, "/import",
            KvClient.Bytes(Encoding.UTF8.GetBytes(lines.ToString()), "application/x-ndjson"));

        var (copied, calls) = (0L, 0);
        string? cursor = null;
        do
        {
            var answer = await Copy("k/", "k/copy/", cursor: cursor);
            copied += Read(answer).Copied;
            cursor = answer.Json.GetProperty("cursor").GetString();
            calls++;
        }
        while (cursor is not null);

        Assert.That((copied, calls), Is.EqualTo((1100L, 3)));
        Assert.That((await Kv.Send(HttpMethod.Head, "/kv?prefix=k/")).Header("KV-Count"), Is.EqualTo("2200"));
    }

    [TestCase("""{"to":"b"}""", "from", "required")]
    [TestCase("""{"from":"a"}""", "to", "required")]
    [TestCase("""{"from":"a","to":"a"}""", "to", "same prefix")]
    [TestCase("""{"from":"a","to":"b","cursor":"abc"}""", "cursor", "unchanged")]
    [TestCase("""{"from":"a","to":"b","overwrite":"yes"}""", "overwrite", "true or false")]
    [TestCase("""{"from":"a","to":"b","more":1}""", "more", null)]
    public async Task A_wrong_copy_is_refused(string body, string field, string? saying) =>
        Expect.Problem(await Kv.Send(HttpMethod.Post, "/copy", body), 400, null, field, saying);

    private Task<Answer> Copy(
        string from, string to, bool overwrite = false, bool dryRun = false, string? cursor = null) =>
        Kv.Send(
            HttpMethod.Post, "/copy", JsonSerializer.Serialize(new { from, to, overwrite, dry_run = dryRun, cursor }));

    private static (long Copied, long Existing, long Invalid) Read(Answer answer)
    {
        Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
        return (
            answer.Json.GetProperty("copied").GetInt64(), answer.Json.GetProperty("existing").GetInt64(),
            answer.Json.GetProperty("invalid").GetInt64());
    }

    // The keys with a prefix: their names without it, and the attributes that a copy keeps.
    private async Task<SortedDictionary<string, string>> Items(string prefix) => new(
        (await Kv.Send(HttpMethod.Get, $"/kv?prefix={prefix}")).Json.GetProperty("items").EnumerateArray().ToDictionary(
            item => item.GetProperty("key").GetString()![prefix.Length..],
            item => string.Join(' ', new[] { "value", "content_type", "expire_at" }.Select(
                member => item.TryGetProperty(member, out var value) ? value.ToString() : ""))),
        StringComparer.Ordinal);
}
