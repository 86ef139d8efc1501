using System.Net.Sockets;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Watching;

/// <summary>Many readers of watches, including slow ones and ones that vanish.</summary>
[TestFixture(Engine.Etcd)]
[TestFixture(Engine.Embedded)]
internal sealed class ManyReadersTests(Engine engine)
{
    // One watch for the changes, and one for the requests to look at the waiting deliveries again.
    private const long LeadersWatches = 2;

    private EtcdServer? _etcd;
    private KvHost _host = null!;
    private KvClient _kv = null!;

    [SetUp]
    public async Task StartAlone()
    {
        _etcd = engine == Engine.Etcd ? await EtcdServer.StartAsync() : null;
        // The near cache has a watch of its own.
        _host = _etcd is null ? await KvHost.Start(engine)
            : await KvHost.StartOver(_etcd.Endpoint, ("NEAR_CACHE_BYTES", "0"));
        _kv = _host.NewTenant();
    }

    [TearDown]
    public async Task Stop()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        if (_etcd is not null)
            await _etcd.DisposeAsync();
    }

    [Test]
    public async Task Two_hundred_readers_share_one_watch_of_the_store()
    {
        await using var first = await EventReader.Open(_host, _kv);
        await Eventually.Holds(async () => await WatchesOfEtcd() is null or LeadersWatches + 1, "the store is watched");

        var readers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => EventReader.Open(_host, _kv)));
        await _kv.Put("k", "v");

        Assert.That(
            await Task.WhenAll(readers.Select(async reader => (await reader.Take(1))[0].ToString())),
            Is.All.EqualTo("create k=v"));
        Assert.That(_host.Watches, Is.EqualTo(201));
        Assert.That(await WatchesOfEtcd(), Is.Null.Or.EqualTo(LeadersWatches + 1));
        foreach (var reader in readers)
            await reader.DisposeAsync();
        await Eventually.Holds(() => _host.Watches == 1, "the other readers are gone");
    }

    [Test]
    public async Task A_tenant_opens_only_as_many_watches_and_long_polls_as_it_may()
    {
        await _host.DisposeAsync();
        (string, string?)[] settings = [("MAX_WATCHES", "2"), ("NEAR_CACHE_BYTES", "0")];
        _host = _etcd is null
            ? await KvHost.Start(engine, settings[0])
            : await KvHost.StartOver(_etcd.Endpoint, settings);
        _kv = _host.NewTenant();
        var etag = (await _kv.Put("k", "v")).Header("ETag")!;
        await using var first = await EventReader.Open(_host, _kv);
        var polling = _kv.With(HttpMethod.Get, "/kv/k?wait=60", null, ("If-None-Match", etag));
        await Eventually.Holds(() => _host.Watches == 2, "the long poll waits");

        var watch = await _kv.Send(HttpMethod.Get, "/watch");
        var poll = await _kv.With(HttpMethod.Get, "/kv/k?wait=60", null, ("If-None-Match", etag));
        await using (await EventReader.Open(_host, _host.NewTenant()))
            Assert.That(_host.Watches, Is.EqualTo(3), "another tenant has a limit of its own");

        foreach (var refused in new[] { watch, poll })
        {
            Expect.Problem(refused, 429, "Too many watches (max 2)");
            Assert.That(refused.Header("Retry-After"), Is.EqualTo("1"));
        }
        await _kv.Put("k", "w");
        Assert.That((await polling).Status, Is.EqualTo(200));
        await using var next = await EventReader.Open(_host, _kv);
    }

    [Test]
    public async Task A_reader_that_takes_nothing_is_cut_off_and_the_others_get_every_event()
    {
        using var slow = await RawHttp.Connect(_host.Address);
        await slow.SendAsync(RawHttp.Request("GET", "/watch", _kv));
        await Eventually.Holds(() => _host.Watches == 1, "it watches");
        await using var quick = await EventReader.Open(_host, _kv);
        var value = new string('v', 500_000);

        for (var number = 0; number < 60; number++)
        {
            await _kv.Put($"{number}", value);
            Assert.That((await quick.Take(1))[0].Key, Is.EqualTo($"{number}"));
        }

        await Eventually.Holds(() => _host.Watches == 1, "the slow one is cut off");
        await ExpectTheEnd(slow);
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task A_thousand_vanished_readers_leave_no_watch_behind(CancellationToken cancellationToken)
    {
        var start = (await _kv.Put("k0", "v")).Header("KV-Revision");
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var writing = Task.Run(
            async () =>
            {
                for (var number = 0; !enough.IsCancellationRequested; number++)
                    await _kv.Put($"k{number % 10}", $"{number}");
            },
            CancellationToken.None);
        for (var round = 0; round < 10; round++)
        {
            // Watches from now and from an earlier revision, and long polls. Some close their connection, and some
            // reset it.
            var readers = await Task.WhenAll(Enumerable.Range(0, 100).Select(async number =>
            {
                var reader = await RawHttp.Connect(_host.Address);
                var target = (number % 4) switch
                {
                    0 => $"/watch?since={start}",
                    1 => "/kv/quiet?wait=60",
                    _ => $"/watch?key=k{number % 10}",
                };
                await reader.SendAsync(
                    RawHttp.Request("GET", target, _kv, headers: number % 4 == 1 ? ["If-None-Match: \"0\""] : []));
                return reader;
            }));
            await Eventually.Holds(() => _host.Watches == 100, "all readers are open");
            foreach (var (number, reader) in readers.Index())
            {
                if (number % 2 == 0)
                    reader.LingerState = new LingerOption(true, 0);
                reader.Dispose();
            }
            await Eventually.Holds(() => _host.Watches == 0, "no watch is left");
        }
        await enough.CancelAsync();
        await writing;

        await Eventually.Holds(
            () => !_host.WatchesStore, "nothing watches the store any more", TimeSpan.FromMinutes(1));
        await Eventually.Holds(async () => await WatchesOfEtcd() is null or LeadersWatches, "by its own count as well");
    }

    private static async Task ExpectTheEnd(Socket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var buffer = new byte[64 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, patience.Token) > 0)
                continue;
        }
        catch (SocketException)
        {
            // Reset.
        }
    }

    // Null for an engine that does not count them.
    private async Task<long?> WatchesOfEtcd() => _etcd is null ? null : await _etcd.Watches();
}
