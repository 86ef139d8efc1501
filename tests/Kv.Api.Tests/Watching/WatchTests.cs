using System.Diagnostics.CodeAnalysis;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Watching;

/// <summary>Watches by server-sent events.</summary>
internal sealed class WatchTests(Engine engine) : EngineTests(engine)
{
    protected override (string Name, string? Value)[] Settings => [("WATCH_HEARTBEAT_SECONDS", "1")];

    [Test]
    public async Task Every_kind_of_change_is_an_event()
    {
        await using var watch = await EventReader.Open(Host, Kv);

        var created = await Kv.Put("k", "1", 600);
        await Kv.Put("k", "2");
        await Kv.With(HttpMethod.Put, "/kv/bytes", KvClient.Bytes([0xFF], "image/png"));
        await Kv.Delete("k");
        await Kv.Put("short", "v", 1);

        var events = await watch.Take(6);
        Assert.That(
            events.Select(seen => seen.ToString()),
            Is.EqualTo(new[]
            {
                "create k=1", "update k=2", "create bytes=/w==", "delete k deleted", "create short=v",
                "delete short expired",
            }));
        Assert.That(Expect.Members(events[0].Data), Is.EqualTo(new[] { "key", "value", "ttl", "expire_at", "etag" }));
        Assert.That(Expect.Members(events[1].Data), Is.EqualTo(new[] { "key", "value", "etag" }));
        Assert.That(Expect.Members(events[3].Data), Is.EqualTo(new[] { "key", "reason", "etag" }));
        Assert.That(events[0].Data.GetProperty("ttl").GetInt64(), Is.InRange(590, 600));
        Assert.That(
            events[0].Data.GetProperty("expire_at").GetInt64(),
            Is.EqualTo(created.Json.GetProperty("expire_at").GetInt64()));
        Assert.That($"\"{events[0].Data.GetProperty("etag").GetString()}\"", Is.EqualTo(created.Header("ETag")));
        Assert.That(events[2].Data.GetProperty("encoding").GetString(), Is.EqualTo("base64"));
        Assert.That(events.Select(seen => seen.Id), Is.EqualTo(events.Select(seen => $"{seen.Revision}")));
        Assert.That(watch.Response.Headers.CacheControl!.NoStore, Is.True);
        Assert.That(watch.Response.Headers.GetValues("X-Accel-Buffering"), Is.EqualTo(new[] { "no" }));
    }

    [Test]
    public async Task A_watch_is_limited_to_its_tenant_and_its_prefix_or_key()
    {
        var other = Host.NewTenant();
        await using var prefix = await EventReader.Open(Host, Kv, "?prefix=a/");
        await using var key = await EventReader.Open(Host, Kv, "?key=a/2");

        await other.Put("a/1", "theirs");
        await Kv.Put("b", "another prefix");
        await Kv.Put("a/1", "1");
        await Kv.Put("a/2", "2");
        await Kv.Put("a/22", "3");

        Assert.That((await prefix.Take(3)).Select(seen => seen.Key), Is.EqualTo(new[] { "a/1", "a/2", "a/22" }));
        Assert.That((await key.Take(1)).Select(seen => seen.Key), Is.EqualTo(new[] { "a/2" }));
        await Kv.Put("a/2", "4");
        Assert.That((await key.Take(1))[0].ToString(), Is.EqualTo("update a/2=4"));
    }

    [Test]
    public async Task A_watch_since_a_revision_begins_with_the_missed_changes()
    {
        var first = await Kv.Put("k", "1");
        await Kv.Put("k", "2");
        await Kv.Delete("k");

        await using var watch = await EventReader.Open(Host, Kv, $"?since={first.Header("KV-Revision")}");
        await Kv.Put("k", "3");

        Assert.That(
            (await watch.Take(3)).Select(seen => seen.ToString()),
            Is.EqualTo(new[] { "update k=2", "delete k deleted", "create k=3" }));
    }

    [Test]
    [CancelAfter(90_000)]
    [SuppressMessage("Style", "IDE0060", Justification = "NUnit gives it.")]
    public async Task A_watch_that_resumes_at_any_point_misses_nothing_and_repeats_nothing(
        CancellationToken cancellationToken)
    {
        const int writers = 4;
        const int writes = 60;
        var start = (await Kv.Put("start", "v")).Header("KV-Revision")!;
        var writing = Task.WhenAll(Enumerable.Range(0, writers).Select(async writer =>
        {
            for (var number = 0; number < writes; number++)
                await Kv.Put($"w{writer}", $"{number}");
        }));

        var seen = new List<EventReader.Event>();
        var last = start;
        var random = new Random(1);
        while (seen.Count < writers * writes)
        {
            await using var watch = await EventReader.Open(Host, Kv, "?since=1", last);
            for (var takes = random.Next(1, 40); takes > 0 && seen.Count < writers * writes; takes--)
                seen.Add((await watch.Next())!);
            // An event without an id is sent again.
            if (seen[^1].Id is null)
                seen.RemoveAll(one => one.Revision == seen[^1].Revision);
            last = watch.LastEventId ?? last;
        }
        await writing;

        for (var writer = 0; writer < writers; writer++)
            Assert.That(
                seen.Where(one => one.Key == $"w{writer}").Select(one => one.Data.GetProperty("value").GetString()),
                Is.EqualTo(Enumerable.Range(0, writes).Select(number => $"{number}")));
        Assert.That(seen.Select(one => one.Revision), Is.Ordered);
    }

    [Test]
    public async Task A_quiet_watch_moves_on_by_its_heartbeat()
    {
        await using var watch = await EventReader.Open(Host, Kv);
        var reading = watch.Next();
        var written = long.Parse((await Host.NewTenant().Put("k", "v")).Header("KV-Revision")!, null);

        await Eventually.Holds(
            () => watch.LastEventId is { } id && long.Parse(id, null) >= written, "the heartbeat has the position");

        Assert.That(reading.IsCompleted, Is.False);
        await Kv.Put("k", "v");
        Assert.That((await reading)!.ToString(), Is.EqualTo("create k=v"));
    }

    [Test]
    public async Task A_position_is_its_own_event_with_data_so_that_no_client_reads_it_as_a_message()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/watch", UriKind.Relative));
        using var response = await Host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());

        var frame = new List<string>();
        while (frame.Count == 0 || frame[^1].Length > 0)
            frame.Add((await lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)))!);

        var revision = response.Headers.GetValues("KV-Revision").Single();
        Assert.That(frame, Is.EqualTo(new[]
        {
            "retry: 1000", $": all through {revision}", "event: position", $"data: {{\"revision\":{revision}}}",
            $"id: {revision}", "",
        }));
    }

    [Test]
    public async Task Only_the_last_event_of_a_revision_has_an_id()
    {
        await using var watch = await EventReader.Open(Host, Kv);
        var before = watch.Response.Headers.GetValues("KV-Revision").Single();

        var written = await Kv.Send(HttpMethod.Post, "/txn", """
            {"success":[{"op":"set","key":"a","value":"1"},{"op":"set","key":"b","value":"2"},{"op":"set","key":"c","value":"3"}]}
            """);

        var revision = written.Header("KV-Revision");
        await using var resumed = await EventReader.Open(Host, Kv, lastEventId: before);
        foreach (var events in new[] { await watch.Take(3), await resumed.Take(3) })
        {
            Assert.That(
                events.Select(seen => seen.ToString()), Is.EqualTo(new[] { "create a=1", "create b=2", "create c=3" }));
            Assert.That(events.Select(seen => seen.Id), Is.EqualTo(new[] { null, null, revision }));
        }
    }

    [Test]
    public async Task A_watch_that_is_cut_before_its_first_event_resumes_where_it_began()
    {
        string? id;
        await using (var lost = await EventReader.Open(Host, Kv))
        {
            var reading = lost.Next();
            await Eventually.Holds(() => lost.LastEventId is not null, "the watch sends its position at once");
            id = lost.LastEventId;
        }
        await Kv.Put("k", "meanwhile");

        await using var watch = await EventReader.Open(Host, Kv, lastEventId: id);

        Assert.That((await watch.Take(1))[0].ToString(), Is.EqualTo("create k=meanwhile"));
    }

    [TestCase("?since=-1", "since", "0 or more")]
    [TestCase("?since=x", "since", "whole number")]
    [TestCase("?since=1.5", "since", "whole number")]
    [TestCase("?since=9223372036854775808", "since", "whole number")]
    [TestCase("?since=9223372036854775807", "since", "the store is at revision")]
    [TestCase("?since=1&since=2", "since", "more than once")]
    [TestCase("?prefix=a&prefix=b", "prefix", "more than once")]
    [TestCase("?prefix=a&key=a", "prefix", "must not be given together")]
    [TestCase("?key=", "key", "must not be empty")]
    [TestCase("?key=a*", "key", "must not end in '*'")]
    public async Task A_wrong_parameter_is_refused_by_its_name(string query, string field, string saying) =>
        Expect.Problem(await Kv.Send(HttpMethod.Get, $"/watch{query}"), 400, null, field, saying);

    [Test]
    public async Task The_tenant_may_be_named_in_the_query()
    {
        await using var watch = await EventReader.Open(
            Host.Http, new KvClient(Host.Http, null, null), $"?namespace={Kv.Namespace}&app={Kv.AppName}");

        await Kv.Put("k", "v");

        Assert.That((await watch.Next())!.ToString(), Is.EqualTo("create k=v"));
    }

    [TestCase("namespace=a", "namespace", "together with the header KV-Namespace")]
    [TestCase("app=a", "app", "together with the header KV-App-Name")]
    public async Task A_tenant_in_the_query_beside_the_header_is_refused(string query, string field, string saying) =>
        Expect.Problem(await Kv.Send(HttpMethod.Get, $"/watch?{query}"), 400, null, field, saying);

    [TestCase("prefix")]
    [TestCase("key")]
    public async Task A_key_that_is_too_long_is_refused(string field) => Expect.Problem(
        await Kv.Send(HttpMethod.Get, $"/watch?{field}={new string('k', 101)}"), 400,
        "Key too long (max 100 characters)", field);

    [Test]
    public async Task A_future_revision_is_refused()
    {
        Expect.Problem(
            await Kv.Send(HttpMethod.Get, $"/watch?since={long.MaxValue}"), 400, "Revision in the future", "since");
        Expect.Problem(
            await Kv.With(HttpMethod.Get, "/watch?since=0", null, ("Last-Event-ID", $"{long.MaxValue}")),
            400, "Revision in the future", "Last-Event-ID", "the store is at revision");
    }

    [Test]
    public async Task A_malformed_last_event_id_is_refused() => Expect.Problem(
        await Kv.With(HttpMethod.Get, "/watch", null, ("Last-Event-ID", "x")), 400, null, "Last-Event-ID",
        "whole number");

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

    [Test]
    public async Task Sigterm_ends_the_process_with_watches_and_long_polls_open()
    {
        using var data = new TemporaryDirectory();
        await using var kv = KvProcess.Start(("STORE", "embedded"), ("DATA_DIR", data.Path));
        var client = await kv.Client();
        var etag = (await client.Put("k", "v")).Header("ETag")!;
        using var http = new HttpClient { BaseAddress = await kv.Address() };
        await using var watch = await EventReader.Open(http, client);
        var poll = client.With(HttpMethod.Get, "/kv/k?wait=60", null, ("If-None-Match", etag));
        // The wait has begun once a later request on the same connections is answered.
        await Eventually.Holds(async () => (await client.Get("k")).Status == 200, "requests are answered");
        await Task.WhenAny(poll, Task.Delay(500));

        var ending = kv.Terminate();

        Assert.That(await watch.Next(), Is.Null);
        Assert.That((await poll).Status, Is.EqualTo(304), "as at the end of the wait");
        Assert.That(await ending.WaitAsync(TimeSpan.FromSeconds(20)), Is.Zero, kv.Error);
    }
}
