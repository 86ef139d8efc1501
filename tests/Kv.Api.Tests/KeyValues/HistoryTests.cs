using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.KeyValues;

/// <summary>The history of keys.</summary>
internal sealed class HistoryTests(Engine engine) : EngineTests(engine)
{
    private const int Reads = 30;

    [Test]
    public async Task A_key_is_read_at_an_earlier_revision()
    {
        var before = await Kv.Put("other", "v");
        var first = await Kv.Put("k", "1", 600);
        var second = await Kv.Put("k", "2");
        var deleted = await Kv.Delete("k");

        var old = await At("k", first);
        Assert.That(old.Json.GetProperty("value").GetString(), Is.EqualTo("1"));
        Assert.That(
            old.Json.GetProperty("expire_at").GetInt64(), Is.EqualTo(first.Json.GetProperty("expire_at").GetInt64()));
        Assert.That(
            (old.Header("ETag"), old.Header("KV-Revision")),
            Is.EqualTo((first.Header("ETag"), first.Header("KV-Revision"))));
        Assert.That((await At("k", second)).Json.GetProperty("value").GetString(), Is.EqualTo("2"));
        Expect.Problem(await At("k", before), 404, "Key not found");
        Expect.Problem(await At("k", deleted), 404, "Key not found");
    }

    [Test]
    public async Task An_earlier_value_has_its_own_media_type()
    {
        var html = await Kv.With(HttpMethod.Put, "/kv/k", KvClient.Bytes("<p>"u8.ToArray(), "text/html"));
        await Kv.With(HttpMethod.Put, "/kv/k", KvClient.Bytes("{}"u8.ToArray(), "text/css"));

        var raw = await Kv.Send(HttpMethod.Get, $"/kv/k?raw&revision={html.Header("KV-Revision")}");

        Assert.That((raw.ContentType, raw.Body), Is.EqualTo(("text/html", "<p>")));
    }

    [TestCase("0", "Revision must be 1 or more")]
    [TestCase("-1", "Revision must be 1 or more")]
    [TestCase("x", "revision must be a whole number")]
    public async Task An_invalid_revision_is_refused(string revision, string error)
    {
        await Kv.Put("k", "v");

        Expect.Problem(await Kv.Send(HttpMethod.Get, $"/kv/k?revision={revision}"), 400, error, "revision");
    }

    [Test]
    public async Task A_future_revision_is_refused() =>
        Expect.Problem(await Kv.Send(HttpMethod.Get, $"/kv/k?revision={long.MaxValue}"), 400, "Revision in the future");

    [Test]
    public async Task A_history_lists_the_newest_change_first()
    {
        var created = await Kv.Put("k", "1");
        var updated = await Kv.With(HttpMethod.Put, "/kv/k", KvClient.Bytes([0xFF], "image/png"));
        await Kv.Delete("k");
        var again = await Kv.Put("k", "3", 600);
        await Kv.Put("k2", "a neighbour");

        var history = await Kv.Send(HttpMethod.Get, "/history/k");

        var items = history.Json.GetProperty("items").EnumerateArray().ToArray();
        Assert.That(history.Json.GetProperty("key").GetString(), Is.EqualTo("k"));
        Assert.That(
            items.Select(item => item.GetProperty("event").GetString()),
            Is.EqualTo(new[] { "create", "delete", "update", "create" }));
        Assert.That(
            items.Select(item => item.GetProperty("revision").GetInt64()), Is.Ordered.Descending.And.Unique);
        Assert.That(
            (Revision(items[0]), Revision(items[2]), Revision(items[3])),
            Is.EqualTo((again.Header("KV-Revision"), updated.Header("KV-Revision"), created.Header("KV-Revision"))));
        Assert.That(
            items[0].GetProperty("expire_at").GetInt64(), Is.EqualTo(again.Json.GetProperty("expire_at").GetInt64()));
        Assert.That(items[1].GetProperty("reason").GetString(), Is.EqualTo("deleted"));
        Assert.That(
            (items[2].GetProperty("value").GetString(), items[2].GetProperty("encoding").GetString()),
            Is.EqualTo(("/w==", "base64")));
        Assert.That(items[3].GetProperty("value").GetString(), Is.EqualTo("1"));
    }

    [Test]
    public async Task A_deleted_key_has_a_history_and_an_unknown_key_has_none()
    {
        await Kv.Put("deleted", "v");
        await Kv.Delete("deleted");
        await Kv.Put("expired", "v", 1);
        await Eventually.Holds(async () => (await Kv.Get("expired")).Status == 404, "the key is gone");

        var deleted = (await Kv.Send(HttpMethod.Get, "/history/deleted")).Json.GetProperty("items");
        Assert.That(deleted[0].GetProperty("reason").GetString(), Is.EqualTo("deleted"));
        Assert.That(deleted[1].GetProperty("value").GetString(), Is.EqualTo("v"));
        await Eventually.Holds(
            async () => (await Kv.Send(HttpMethod.Get, "/history/expired")).Json.GetProperty("items")[0]
                .TryGetProperty("reason", out var reason) && reason.GetString() == "expired",
            "the store has removed what has expired");
        Expect.Problem(await Kv.Send(HttpMethod.Get, "/history/never"), 404, "Key not found");
    }

    [Test]
    public async Task Limit_keeps_the_newest()
    {
        for (var number = 0; number < 30; number++)
            await Kv.Put("k", $"{number}");

        Assert.That(
            Values(await Kv.Send(HttpMethod.Get, "/history/k?limit=3")), Is.EqualTo(new[] { "29", "28", "27" }));
        Assert.That(Values(await Kv.Send(HttpMethod.Get, "/history/k")), Has.Length.EqualTo(20));
        Assert.That(Values(await Kv.Send(HttpMethod.Get, "/history/k?limit=100")), Has.Length.EqualTo(30));
    }

    [Test]
    public async Task Its_pages_span_a_time_without_the_key()
    {
        for (var number = 0; number < 5; number++)
            await Kv.Put("k", $"{number}");
        await Kv.Delete("k");
        await Kv.Put("other", "v");
        for (var number = 5; number < 10; number++)
            await Kv.Put("k", $"{number}");
        await Kv.Delete("k");

        var (events, cursor) = (new List<string>(), "");
        for (var page = 0; cursor is not null && page < 10; page++)
        {
            var answer = await Kv.Send(HttpMethod.Get, $"/history/k?limit=3{cursor}");
            Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
            var items = answer.Json.GetProperty("items").EnumerateArray().ToArray();
            Assert.That(items, Has.Length.LessThanOrEqualTo(3));
            events.AddRange(
                items.Select(item => item.TryGetProperty("value", out var value) ? value.GetString()! : "gone"));
            cursor = answer.Json.GetProperty("cursor").GetString() is { } next ? $"&cursor={next}" : null;
        }

        Assert.That(events, Is.EqualTo(new[] { "gone", "9", "8", "7", "6", "5", "gone", "4", "3", "2", "1", "0" }));
        Assert.That(cursor, Is.Null, "the last page says so");
    }

    [TestCase("0", "Cursor must be the unchanged cursor of a page of this history")]
    [TestCase("x", "cursor must be a whole number")]
    public async Task A_cursor_that_no_page_gave_is_refused(string cursor, string error) =>
        Expect.Problem(await Kv.Send(HttpMethod.Get, $"/history/k?cursor={cursor}"), 400, error, "cursor");

    [Test]
    public async Task Reading_the_past_writes_nothing()
    {
        await using var host = await KvHost.Start(Engine);
        var kv = host.NewTenant();
        var put = await kv.Put("k", "v");
        await kv.Delete("k");

        // Over etcd a pause follows each.
        for (var read = 0; read < (Engine == Engine.Etcd ? 3 : Reads); read++)
            await kv.Send(HttpMethod.Get, "/history/never");
        await using (var watch = await EventReader.Open(host, kv, $"?key=k&since={put.Header("KV-Revision")}"))
            Assert.That((await watch.Take(1))[0].Name, Is.EqualTo("delete"));

        if (Engine == Engine.Etcd)
            Assert.That(await EtcdKeys.Keys(await SharedEtcd.Get(), $"/{host.KeyPrefix}/locks/marks/"), Is.Empty);
        // The leader writes a little by itself.
        var revision = long.Parse((await kv.Get("k")).Header("KV-Revision")!, null);
        if (Engine == Engine.Embedded)
            Assert.That(revision - long.Parse(put.Header("KV-Revision")!, null), Is.LessThan(Reads));
    }

    [TestCase("0")]
    [TestCase("-1")]
    [TestCase("101")]
    [TestCase("1000000000000")]
    public async Task A_limit_out_of_its_range_is_refused(string limit) =>
        Expect.Problem(
            await Kv.Send(HttpMethod.Get, $"/history/k?limit={limit}"), 400, "Limit must be between 1 and 100",
            "limit");

    [Test]
    public async Task Keys_with_slashes_have_a_history()
    {
        await Kv.Put("a/b c", "v");

        Assert.That(Values(await Kv.Send(HttpMethod.Get, "/history/a/b%20c")), Is.EqualTo(new[] { "v" }));
        Assert.That(Values(await Kv.Send(HttpMethod.Get, "/history/a%2Fb%20c")), Is.EqualTo(new[] { "v" }));
    }

    [Test]
    public async Task Another_tenants_key_has_no_history_here()
    {
        await Host.NewTenant().Put("k", "theirs");

        Assert.That((await Kv.Send(HttpMethod.Get, "/history/k")).Status, Is.EqualTo(404));
    }

    private static string Revision(JsonElement item) => $"{item.GetProperty("revision").GetInt64()}";

    private static string?[] Values(Answer history) =>
        [.. history.Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("value").GetString())];

    private Task<Answer> At(string key, Answer written) =>
        Kv.Send(HttpMethod.Get, $"/kv/{key}?revision={written.Header("KV-Revision")}");
}
