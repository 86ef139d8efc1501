using System.Diagnostics.CodeAnalysis;
using Kv.Api.Tests.Hosting;
using Kv.Domain.Watching;
using Kv.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Kv.Api.Tests.Watching;

/// <summary>Watches by server-sent events.</summary>
internal sealed class WatchTests(Engine engine) : EngineTests(engine)
{
    protected override (string Name, string? Value)[] Settings => [("WATCH_HEARTBEAT_SECONDS", "1")];

    [Test]
    public async Task Every_kind_of_change_is_told_as_it_happens()
    {
        await using var watch = await EventReader.Open(Host, Kv);

        var created = await Kv.Put("k", "1", 600);
        await Kv.Put("k", "2");
        await Kv.With(HttpMethod.Put, "/kv/bytes", KvClient.Bytes([0xFF], "image/png"));
        await Kv.Delete("k");
        await Kv.Put("short", "v", 1);

        var events = await watch.Take(6);
        Assert.That(
            events.Select(told => told.ToString()),
            Is.EqualTo(new[] { "create k=1", "update k=2", "create bytes=/w==", "delete k deleted", "create short=v", "delete short expired" }));
        Assert.That(Expect.Members(events[0].Data), Is.EqualTo(new[] { "key", "value", "expire_at", "etag" }));
        Assert.That($"\"{events[0].Data.GetProperty("etag").GetString()}\"", Is.EqualTo(created.Header("ETag")));
        Assert.That(events[2].Data.GetProperty("encoding").GetString(), Is.EqualTo("base64"));
        Assert.That(events.Select(told => told.Id), Is.EqualTo(events.Select(told => $"{told.Revision}")));
        Assert.That(watch.Response.Headers.CacheControl!.NoStore, Is.True);
        Assert.That(watch.Response.Headers.GetValues("X-Accel-Buffering"), Is.EqualTo(new[] { "no" }));
    }

    [Test]
    public async Task A_watch_is_about_its_prefix_or_its_key_and_its_tenant()
    {
        var other = Host.NewTenant();
        await using var prefix = await EventReader.Open(Host, Kv, "?prefix=a/");
        await using var key = await EventReader.Open(Host, Kv, "?key=a/2");

        await other.Put("a/1", "theirs");
        await Kv.Put("b", "another prefix");
        await Kv.Put("a/1", "1");
        await Kv.Put("a/2", "2");
        await Kv.Put("a/22", "3");

        Assert.That((await prefix.Take(3)).Select(told => told.Key), Is.EqualTo(new[] { "a/1", "a/2", "a/22" }));
        Assert.That((await key.Take(1)).Select(told => told.Key), Is.EqualTo(new[] { "a/2" }));
        await Kv.Put("a/2", "4");
        Assert.That((await key.Take(1))[0].ToString(), Is.EqualTo("update a/2=4"));
    }

    [Test]
    public async Task Since_a_revision_all_that_was_missed_comes_first()
    {
        var first = await Kv.Put("k", "1");
        await Kv.Put("k", "2");
        await Kv.Delete("k");

        await using var watch = await EventReader.Open(Host, Kv, $"?since={first.Header("KV-Revision")}");
        await Kv.Put("k", "3");

        Assert.That(
            (await watch.Take(3)).Select(told => told.ToString()), Is.EqualTo(new[] { "update k=2", "delete k deleted", "create k=3" }));
    }

    [Test]
    [CancelAfter(90_000)]
    [SuppressMessage("Style", "IDE0060", Justification = "NUnit gives it.")]
    public async Task Cut_anywhere_and_gone_on_there_a_watch_misses_nothing_and_repeats_nothing(CancellationToken cancellationToken)
    {
        const int writers = 4;
        const int writes = 60;
        var start = (await Kv.Put("start", "v")).Header("KV-Revision")!;
        var writing = Task.WhenAll(Enumerable.Range(0, writers).Select(async writer =>
        {
            for (var number = 0; number < writes; number++)
                await Kv.Put($"w{writer}", $"{number}");
        }));

        var told = new List<EventReader.Event>();
        var last = start;
        var random = new Random(1);
        while (told.Count < writers * writes)
        {
            await using var watch = await EventReader.Open(Host, Kv, "?since=1", last);
            for (var takes = random.Next(1, 40); takes > 0 && told.Count < writers * writes; takes--)
                told.Add((await watch.Next())!);
            // What has no id yet is told again.
            if (told[^1].Id is null)
                told.RemoveAll(one => one.Revision == told[^1].Revision);
            last = watch.LastEventId ?? last;
        }
        await writing;

        for (var writer = 0; writer < writers; writer++)
            Assert.That(
                told.Where(one => one.Key == $"w{writer}").Select(one => one.Data.GetProperty("value").GetString()),
                Is.EqualTo(Enumerable.Range(0, writes).Select(number => $"{number}")));
        Assert.That(told.Select(one => one.Revision), Is.Ordered);
    }

    [Test]
    public async Task A_quiet_watch_moves_on_by_its_heartbeat()
    {
        await using var watch = await EventReader.Open(Host, Kv);
        var reading = watch.Next();
        var written = long.Parse((await Host.NewTenant().Put("k", "v")).Header("KV-Revision")!, null);

        await Eventually.Holds(
            () => watch.LastEventId is { } id && long.Parse(id, null) >= written, "the heartbeat tells how far it is");

        Assert.That(reading.IsCompleted, Is.False);
        await Kv.Put("k", "v");
        Assert.That((await reading)!.ToString(), Is.EqualTo("create k=v"));
    }

    [TestCase("?since=-1", "since", "0 or more")]
    [TestCase("?since=x", "since", "whole number")]
    [TestCase("?since=9223372036854775808", "since", "whole number")]
    [TestCase("?prefix=a&prefix=b", "prefix", "more than once")]
    public async Task What_makes_no_sense_is_refused_by_its_name(string query, string field, string saying) =>
        Expect.Problem(await Kv.Send(HttpMethod.Get, $"/watch{query}"), 400, null, field, saying);

    [Test]
    public async Task A_revision_of_the_future_is_refused() =>
        Expect.Problem(await Kv.Send(HttpMethod.Get, $"/watch?since={long.MaxValue}"), 400, "Revision in the future");

    [Test]
    public async Task A_last_event_id_that_is_none_is_refused() => Expect.Problem(
        await Kv.With(HttpMethod.Get, "/watch", null, ("Last-Event-ID", "x")), 400, null, "Last-Event-ID", "whole number");

    [Test]
    public async Task A_thousand_readers_that_vanish_leave_nothing()
    {
        await using var host = await KvHost.Start(Engine, ("WATCH_HEARTBEAT_SECONDS", "1"));
        var kv = host.NewTenant();
        var feed = host.Services.GetRequiredService<IKeyChangeFeed>();

        for (var round = 0; round < 10; round++)
        {
            var readers = await Task.WhenAll(Enumerable.Range(0, 100).Select(number => EventReader.Open(host, kv, $"?key=k{number}")));
            Assert.That(feed.Watches, Is.EqualTo(100));
            foreach (var reader in readers)
                await reader.DisposeAsync();
            await Eventually.Holds(() => feed.Watches == 0, "nobody is left");
        }
    }

    [Test]
    public async Task When_the_process_stops_its_watches_end()
    {
        var host = await KvHost.Start(Engine);
        await using var watch = await EventReader.Open(host, host.NewTenant());

        var stopping = host.Stop();

        Assert.That(await watch.Next(), Is.Null);
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
        await host.DisposeAsync();
    }
}
