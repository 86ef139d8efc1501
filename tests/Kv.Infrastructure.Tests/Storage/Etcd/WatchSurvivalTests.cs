using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Etcd;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>A watch delivers every change once, in order, even if its connection is lost.</summary>
[Parallelizable(ParallelScope.Children)]
internal sealed class WatchSurvivalTests
{
    private static readonly KeyRange Watched = KeyRange.Prefix(StoreKey.FromText("watched/"));

    [Test]
    [CancelAfter(60_000)]
    public async Task A_watch_survives_cut_connections(CancellationToken cancellationToken)
    {
        await using var server = await EtcdServer.StartAsync();
        await using var proxy = TcpProxy.To(server.Endpoint);
        await using var watching = EtcdStores.Open(proxy.Uri);
        await using var writer = new Writer(EtcdStores.Open(server));
        await using var feed = new Feed(watching, cancellationToken);

        for (var cuts = 0; cuts < 5; cuts++)
        {
            await feed.MovesOn(by: 20);
            proxy.CutConnections();
        }
        await feed.MovesOn(by: 20);

        await feed.IsWholeUpTo(await writer.Stop());
        Assert.That(proxy.AcceptedConnections, Is.GreaterThan(5));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_watch_survives_a_network_outage(CancellationToken cancellationToken)
    {
        await using var server = await EtcdServer.StartAsync();
        await using var proxy = TcpProxy.To(server.Endpoint);
        await using var watching = EtcdStores.OpenImpatient(proxy.Uri);
        await using var writer = new Writer(EtcdStores.Open(server));
        await using var feed = new Feed(watching, cancellationToken);
        await feed.MovesOn(by: 20);

        proxy.RefuseConnections();
        proxy.CutConnections();
        await writer.MovesOn(by: 50);
        proxy.Forward();
        await feed.MovesOn(by: 50);
        // Only the missing answers to its pings show the watch that its connection is dead.
        proxy.BlackHole();
        await writer.MovesOn(by: 50);
        await Eventually.Holds(
            () => proxy.AcceptedConnections > 2, "the watch reconnects", TimeSpan.FromSeconds(30));
        proxy.Forward();
        await feed.MovesOn(by: 50);

        await feed.IsWholeUpTo(await writer.Stop());
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_watch_survives_restarts_of_etcd(CancellationToken cancellationToken)
    {
        await using var server = await EtcdServer.StartAsync();
        await using var watching = EtcdStores.Open(server);
        await using var writer = new Writer(EtcdStores.Open(server));
        await using var feed = new Feed(watching, cancellationToken);

        for (var restarts = 0; restarts < 2; restarts++)
        {
            await feed.MovesOn(by: 20);
            server.Kill();
            await server.Restart();
        }
        await feed.MovesOn(by: 20);

        await feed.IsWholeUpTo(await writer.Stop());
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_watch_survives_the_loss_of_the_leader(CancellationToken cancellationToken)
    {
        await using var cluster = await EtcdCluster.StartAsync();
        await Eventually.Holds(async () => await cluster.Leader() is not null, "the cluster has a leader");
        await using var watching = EtcdStores.Open(cluster.ClientUris);
        await using var writer = new Writer(EtcdStores.Open(cluster.ClientUris));
        await using var feed = new Feed(watching, cancellationToken);
        await feed.MovesOn(by: 20);

        (await cluster.Leader())!.Kill();
        await feed.MovesOn(by: 20);

        await feed.IsWholeUpTo(await writer.Stop());
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_watch_moves_on_from_a_member_that_hangs(CancellationToken cancellationToken)
    {
        await using var cluster = await EtcdCluster.StartAsync();
        await Eventually.Holds(async () => await cluster.Leader() is not null, "the cluster has a leader");
        await using var watching = EtcdStores.Open(cluster.ClientUris);
        await using var writer = new Writer(EtcdStores.Open(cluster.ClientUris));
        await using var feed = new Feed(watching, cancellationToken);
        await feed.MovesOn(by: 20);

        // The watch is on one of them.
        foreach (var member in cluster.Members)
        {
            member.Pause();
            await Eventually.Holds(async () => await cluster.Leader() is not null, "there is a leader");
            await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
            var (written, seen) = (writer.Written, feed.Count);
            await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
            (written, seen) = (writer.Written - written, feed.Count - seen);
            Assert.That(seen, Is.GreaterThan(written / 2), $"of {written} that were written");
            member.Resume();
        }

        await feed.IsWholeUpTo(await writer.Stop());
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_quiet_watch_keeps_its_place_while_others_write_and_connections_are_cut(
        CancellationToken cancellationToken)
    {
        await using var server = await EtcdServer.StartAsync();
        await using var proxy = TcpProxy.To(server.Endpoint);
        await using var watching = EtcdStores.Open(proxy.Uri);
        await using var store = EtcdStores.Open(server);
        await using var feed = new Feed(watching, cancellationToken);

        for (var i = 0; i < 20; i++)
        {
            await store.Put("elsewhere");
            if (i % 5 == 0)
                proxy.CutConnections();
        }
        await store.Put("watched/one");
        proxy.CutConnections();
        await store.Put("watched/two");

        await feed.Delivers(2);
        Assert.That(feed.Keys, Is.EqualTo(["watched/one", "watched/two"]));
    }

    /// <summary>Writes one key over and over, also while etcd fails.</summary>
    private sealed class Writer : IAsyncDisposable
    {
        private readonly EtcdStore _store;
        private readonly CancellationTokenSource _enough = new();
        private readonly Task _writing;
        private int _written;

        public Writer(EtcdStore store)
        {
            _store = store;
            _writing = Task.Run(Write);
        }

        /// <summary>How often it has written so far.</summary>
        public int Written => Volatile.Read(ref _written);

        public Task MovesOn(int by)
        {
            var goal = Written + by;
            return Eventually.Holds(() => Written >= goal, "the writer continues");
        }

        /// <summary>Ends the writing.</summary>
        /// <returns>The last entry.</returns>
        public async Task<Entry> Stop()
        {
            await _enough.CancelAsync();
            await _writing;
            return (await _store.Find("watched/key"))!;
        }

        public async ValueTask DisposeAsync()
        {
            await _enough.CancelAsync();
            await _writing;
            await _store.DisposeAsync();
            _enough.Dispose();
        }

        private async Task Write()
        {
            while (!_enough.IsCancellationRequested)
            {
                try
                {
                    await _store.Put("watched/key", $"{_written}");
                    Interlocked.Increment(ref _written);
                }
                catch (Domain.Storage.StoreUnavailableException)
                {
                    // The version of the entry shows whether the write was applied.
                    await Task.Yield();
                }
            }
        }
    }

    /// <summary>The changes that a watch has delivered so far.</summary>
    private sealed class Feed : IAsyncDisposable
    {
        private readonly CancellationTokenSource _enough;
        private readonly List<ChangeSet> _seen = [];
        private readonly Task _reading;

        public Feed(EtcdStore store, CancellationToken cancellationToken)
        {
            _enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            _reading = Read(store);
        }

        /// <summary>How many sets of changes it has delivered so far.</summary>
        public int Count => Seen.Count;

        public IReadOnlyList<string> Keys =>
            [.. Seen.SelectMany(set => set.Changes).Select(change => change.Key.ToString())];

        private List<ChangeSet> Seen
        {
            get
            {
                lock (_seen)
                    return [.. _seen];
            }
        }

        /// <summary>Waits for more than it has delivered so far.</summary>
        public Task MovesOn(int by) => Delivers(Count + by);

        /// <summary>Waits until it has delivered this number of sets.</summary>
        public Task Delivers(int count) => Eventually.Holds(
            () => _reading.IsCompleted || Count >= count, $"the watch delivers {count} sets", TimeSpan.FromSeconds(40));

        /// <summary>Asserts that every version of the key was delivered once, each with the one before it.</summary>
        public async Task IsWholeUpTo(Entry last)
        {
            await Eventually.Holds(
                () => _reading.IsCompleted || Seen is [.., var set] && set.Revision >= last.ModRevision,
                "the watch catches up");
            // A write whose outcome was unknown may be applied after the entry was read.
            var changes = Seen.Where(set => set.Revision <= last.ModRevision)
                .Select(set => set.Changes.Single()).ToList();
            Assert.That(
                changes.Select(change => change.Current!.Version),
                Is.EqualTo(Enumerable.Range(1, (int)last.Version).Select(version => (long)version)));
            Assert.That(
                changes.Select(change => change.Previous?.Version ?? 0),
                Is.EqualTo(Enumerable.Range(0, (int)last.Version).Select(version => (long)version)));
            Assert.That(Seen.Select(set => set.Revision), Is.Ordered.And.Unique);
        }

        public async ValueTask DisposeAsync()
        {
            await _enough.CancelAsync();
            try
            {
                await _reading;
            }
            catch (OperationCanceledException)
            {
                // As asked.
            }
            _enough.Dispose();
        }

        private async Task Read(EtcdStore store)
        {
            await Task.Yield();
            await foreach (var set in store.Watch(Watched, fromRevision: 1, _enough.Token))
                lock (_seen)
                    _seen.Add(set);
        }
    }
}
