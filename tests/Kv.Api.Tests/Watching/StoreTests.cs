using System.Text;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Watching;

/// <summary>Watches over a store that is away or compacts its history.</summary>
internal sealed class StoreTests
{
    [Test]
    public async Task A_watch_misses_nothing_when_the_store_is_killed_and_comes_back()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var host = await KvHost.StartOver(
            etcd.Endpoint, ("STORE_TIMEOUT_SECONDS", "1"), ("WATCH_HEARTBEAT_SECONDS", "1"));
        var kv = host.NewTenant();
        await using var watch = await EventReader.Open(host, kv);
        await kv.Put("k", "before");
        Assert.That((await watch.Take(1))[0].ToString(), Is.EqualTo("create k=before"));

        etcd.Kill();
        await Eventually.Holds(async () => (await kv.Get("k")).Status == 503, "a read answers 503");
        Expect.Problem(await kv.Send(HttpMethod.Get, "/watch"), 503, "Store unavailable");
        var seen = watch.Next();
        var (before, heard) = (watch.LastEventId, watch.Heartbeats);
        await Eventually.Holds(() => watch.Heartbeats > heard, "the watch is kept alive meanwhile");
        await etcd.Restart();
        await Eventually.Holds(async () => (await kv.Put("k", "after")).Status == 200, "the store is back");

        var next = (await seen)!;
        Assert.That((next.Name, next.Key), Is.EqualTo(("update", "k")));
        while (next.Data.GetProperty("value").GetString() != "after")
            next = (await watch.Next())!;
        await using var resumed = await EventReader.Open(host, kv, lastEventId: before);
        Assert.That((await resumed.Take(1))[0].Name, Is.EqualTo("update"));
    }

    [Test]
    public async Task A_watch_ends_with_gone_when_the_store_compacts_changes_during_an_outage()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var proxy = TcpProxy.To(etcd.Endpoint);
        await using var host = await KvHost.StartOver(proxy.Endpoint, ("STORE_TIMEOUT_SECONDS", "1"));
        var kv = host.NewTenant();
        await using var watch = await EventReader.Open(host, kv);
        await kv.Put("k", "before");
        await watch.Take(1);
        var last = watch.LastEventId;

        proxy.RefuseConnections();
        proxy.CutConnections();
        for (var number = 0; number < 3; number++)
            await EtcdKeys.Put(etcd, EtcdKeys.Of(host, kv, "k"), Encoding.UTF8.GetBytes($"{number}"));
        var oldest = await etcd.CurrentRevision();
        await etcd.Compact(oldest);
        proxy.Forward();

        var gone = (await watch.Next())!;
        Assert.That((gone.Name, gone.Data.GetProperty("oldest_revision").GetInt64()), Is.EqualTo(("gone", oldest)));
        Assert.That(await watch.Next(), Is.Null);
        ExpectGone(await kv.With(HttpMethod.Get, "/watch", null, ("Last-Event-ID", last!)), oldest);
        await Eventually.Holds(
            () => host.Watches == 0, "nothing is left");
    }

    [Test]
    public async Task A_watch_opened_after_the_compaction_does_not_end_with_gone()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var proxy = TcpProxy.To(etcd.Endpoint);
        await using var host = await KvHost.StartOver(proxy.Endpoint, ("STORE_TIMEOUT_SECONDS", "1"));
        var kv = host.NewTenant();
        await using var behind = await EventReader.Open(host, kv);
        await kv.Put("k", "before");
        await behind.Take(1);

        proxy.RefuseConnections();
        proxy.CutConnections();
        await EtcdKeys.Put(etcd, EtcdKeys.Of(host, kv, "k"), "missed"u8.ToArray());
        await EtcdKeys.Put(etcd, EtcdKeys.Of(host, kv, "k"), "present"u8.ToArray());
        await etcd.Compact(await etcd.CurrentRevision());
        proxy.Forward();
        // As soon as etcd answers: Kv's watch of the store retries less often, so it does not know yet which changes
        // are compacted.
        Answer? read = null;
        await Eventually.Holds(async () => (read = await kv.Get("k")).Status == 200, "etcd can be asked");
        await using var later = await EventReader.Open(host, kv);
        var waiting = kv.With(HttpMethod.Get, "/kv/k?wait=30", null, ("If-None-Match", read!.Header("ETag")!));

        Assert.That((await behind.Next())!.Name, Is.EqualTo("gone"));
        Assert.That((await kv.Put("k", "after")).Status, Is.EqualTo(200));
        Assert.That((await NextOrResumed(host, kv, later)).ToString(), Is.EqualTo("update k=after"));
        Assert.That((await waiting).Status, Is.EqualTo(200).Or.EqualTo(304));
    }

    [Test]
    public async Task A_compacted_position_is_410_over_etcd()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var host = await KvHost.StartOver(etcd.Endpoint);
        var kv = host.NewTenant();
        var first = (await kv.Put("k", "1")).Header("KV-Revision");
        await kv.Put("k", "2");
        var oldest = await etcd.CurrentRevision();
        await using (var all = await EventReader.Open(host, kv, "?since=0"))
            Assert.That(
                (await all.Take(2)).Select(seen => seen.ToString()), Is.EqualTo(new[] { "create k=1", "update k=2" }));
        await etcd.Compact(oldest);
        // The hub still remembers the changes of the watches that have just ended.
        await using var another = await KvHost.StartOver(etcd.Endpoint, ("BASE_KEY_PREFIX", host.KeyPrefix));
        var there = new KvClient(another.Http, kv.Namespace, kv.AppName);

        foreach (var since in new[] { "0", first })
            ExpectGone(await there.Send(HttpMethod.Get, $"/watch?since={since}"), oldest);
        await using var watch = await EventReader.Open(another, there, $"?since={oldest}");
        await there.Put("k", "3");
        Assert.That((await watch.Take(1))[0].ToString(), Is.EqualTo("update k=3"));
    }

    [Test]
    public async Task A_compacted_position_is_410_over_the_embedded_store()
    {
        await using var host = await KvHost.Start(Engine.Embedded, ("HISTORY_REVISIONS", "1000"));
        var kv = host.NewTenant();
        var first = (await kv.Put("k", "1")).Header("KV-Revision");
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 2_500), async (number, _) => await kv.Put($"k{number % 50}", "v"));

        foreach (var since in new[] { "0", first })
        {
            var answer = await kv.Send(HttpMethod.Get, $"/watch?since={since}");
            Expect.Problem(answer, 410, "Revision compacted");
            var oldest = answer.Json.GetProperty("oldest_revision").GetInt64();
            await using var watch = await EventReader.Open(host, kv, $"?since={oldest}");
            Assert.That((await watch.Take(1))[0].Revision, Is.EqualTo(oldest + 1));
        }
    }

    // As a browser does: it resumes a watch that ended.
    private static async Task<EventReader.Event> NextOrResumed(KvHost host, KvClient kv, EventReader watch)
    {
        if (await watch.Next() is { } seen)
            return seen;
        await using var resumed = await EventReader.Open(host, kv, lastEventId: watch.LastEventId);
        return (await resumed.Next())!;
    }

    private static void ExpectGone(Answer answer, long oldest)
    {
        Expect.Problem(answer, 410, "Revision compacted");
        Assert.That(answer.Json.GetProperty("oldest_revision").GetInt64(), Is.EqualTo(oldest));
    }
}
