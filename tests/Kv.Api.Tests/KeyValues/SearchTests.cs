using System.Text;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.KeyValues;

/// <summary>The search for keys by a part of their names: <c>GET /kv?contains=</c>.</summary>
internal sealed class SearchTests(Engine engine) : EngineTests(engine)
{
    [Test]
    public async Task Keys_are_found_by_a_part_of_their_name_whatever_its_case()
    {
        foreach (var key in new[] { "user/Ada", "user/ADAM", "user/bob", "team/ada", "Äpfel", "a*da" })
            await Kv.Put(key, "v");

        Assert.That(Keys(await Find("ada")), Is.EqualTo(new[] { "team/ada", "user/ADAM", "user/Ada" }));
        Assert.That(Keys(await Find("ada", "&prefix=user/")), Is.EqualTo(new[] { "user/ADAM", "user/Ada" }));
        Assert.That(Keys(await Find("r%2Fa")), Is.EqualTo(new[] { "user/ADAM", "user/Ada" }));
        Assert.That(Keys(await Find("%C3%A4pf")), Is.EqualTo(new[] { "Äpfel" }));
        Assert.That(Keys(await Find("*")), Is.EqualTo(new[] { "a*da" }));
        Assert.That(Keys(await Find("nothing")), Is.Empty);
    }

    // The search compares bytes where the text is ASCII.
    [Test]
    public async Task No_letter_outside_of_ASCII_counts_as_one_of_ASCII()
    {
        foreach (var key in new[] { "\u212Aelvin", "\u017Fun", "\u0131nk", "\u0130nk", "éSUN", "SUn" })
            await Kv.Put(key, "v");

        Assert.That(Keys(await Find("kelvin")), Is.Empty);
        Assert.That(Keys(await Find("ink")), Is.Empty);
        Assert.That(Keys(await Find("sun")), Is.EqualTo(new[] { "SUn", "éSUN" }));
        Assert.That(
            Enumerable.Range(128, char.MaxValue - 127).Where(
                letter => "abcdefghijklmnopqrstuvwxyz".Contains((char)letter, StringComparison.OrdinalIgnoreCase)),
            Is.Empty);
    }

    [Test]
    public async Task Found_keys_have_the_fields_of_a_listing()
    {
        await Kv.With(HttpMethod.Put, "/kv/image", KvClient.Bytes([0xFF], "image/png"));
        await Kv.Put("other", "1", 600);

        foreach (var fields in new[] { "key", "meta", "all" })
            Assert.That(
                (await Find("ma", $"&fields={fields}")).Json.GetProperty("items")[0].GetRawText(),
                Is.EqualTo((await Get($"?prefix=i&fields={fields}")).Json.GetProperty("items")[0].GetRawText()));
    }

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(4)]
    public async Task The_pages_together_hold_every_match_at_one_revision(int limit)
    {
        foreach (var key in new[] { "1x", "2", "3x", "4", "5x", "6x", "7" })
            await Kv.Put(key, "before");

        var found = new List<string?>();
        for (var page = await Find("x", $"&limit={limit}"); ; page = await Find(
            "x", $"&limit={limit}&cursor={Cursor(page)}"))
        {
            Assert.That(Keys(page), Has.Length.LessThanOrEqualTo(limit));
            found.AddRange(Keys(page));
            await Kv.Put("9x", "after");
            if (Cursor(page) is null)
                break;
        }

        Assert.That(found, Is.EqualTo(new[] { "1x", "3x", "5x", "6x" }));
    }

    [Test]
    public async Task A_page_ends_before_its_values_become_too_large()
    {
        for (var number = 0; number < 20; number++)
            await Kv.With(
                HttpMethod.Put, $"/kv/x{number:d2}", KvClient.Bytes(new byte[1024 * 1024], "application/octet-stream"));

        var first = await Find("x");
        var rest = await Find("x", $"&limit=1000&fields=key&cursor={Cursor(first)}");

        Assert.That(Keys(first), Has.Length.EqualTo(8));
        Assert.That(
            Keys(first).Concat(Keys(rest)), Is.EqualTo(Enumerable.Range(0, 20).Select(number => $"x{number:d2}")));
    }

    [Test]
    public async Task A_search_among_many_keys_reports_the_number_of_names_it_read()
    {
        const int count = 11_000;
        var lines = new StringBuilder();
        for (var number = 0; number < count; number++)
            lines.Append($$"""{"key":"k{{number:d5}}","value":""}""").Append('\n');
        await Kv.With(
            HttpMethod.Post, "/import",
            KvClient.Bytes(Encoding.UTF8.GetBytes(lines.ToString()), "application/x-ndjson"));

        var found = new List<string>();
        var searched = 0;
        for (var page = await Find("0999", "&fields=key&limit=1"); ; page = await Find(
            "0999", $"&fields=key&limit=1&cursor={Cursor(page)}"))
        {
            found.AddRange(Keys(page));
            searched += page.Json.GetProperty("searched").GetInt32();
            if (Cursor(page) is null)
                break;
        }

        Assert.That(
            found,
            Is.EqualTo(new[] { "k00999", "k09990" }
                .Concat(Enumerable.Range(1, 9).Select(digit => $"k0999{digit}")).Append("k10999")));
        Assert.That(searched, Is.GreaterThanOrEqualTo(count));
        Assert.That((await Get("?prefix=k0")).Json.TryGetProperty("searched", out _), Is.False);
    }

    [TestCase("contains=", "must be 1 to 100 characters")]
    [TestCase("contains=a&delimiter=/", "leave one of them out")]
    [TestCase("contains=a&contains=b", "more than once")]
    public async Task A_wrong_search_is_refused(string query, string saying) =>
        Expect.Problem(await Get($"?{query}"), 400, null, "contains", saying);

    [Test]
    public async Task A_text_longer_than_any_key_is_refused() => Expect.Problem(
        await Find(new string('k', 101)), 400, null, "contains", "must be 1 to 100 characters");

    [Test]
    public async Task A_cursor_of_another_search_is_refused()
    {
        await Kv.Put("xa1", "v");
        await Kv.Put("xa2", "v");
        var cursor = Cursor(await Find("x", "&limit=1"));

        Expect.Problem(await Find("a", $"&limit=1&cursor={cursor}"), 400, null, "cursor", "unchanged");
        Expect.Problem(await Get($"?limit=1&cursor={cursor}"), 400, null, "cursor", "unchanged");
    }

    private Task<Answer> Find(string text, string more = "") => Get($"?contains={text}{more}");

    private Task<Answer> Get(string query) => Kv.Send(HttpMethod.Get, $"/kv{query}");

    private static string[] Keys(Answer answer)
    {
        Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
        return [
            .. answer.Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("key").GetString()!)];
    }

    private static string? Cursor(Answer answer) => answer.Json.GetProperty("cursor").GetString();
}
