using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Etcd;
using Kv.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

internal sealed class EtcdWatchSessionTests
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    // An older etcd reports progress that a new watch does not have yet. A session may wait long for its connection.
    [Test]
    public async Task Progress_counts_only_when_the_watch_has_been_open_for_the_quiet_time()
    {
        await using var etcd = await EtcdServer.StartAsync();
        using var connection = new EtcdConnection(
            new EtcdOptions { Endpoints = [etcd.ClientUri] }, TimeProvider.System, NullLogger.Instance);
        var time = new FakeTimeProvider();
        using var session = new EtcdWatchSession(
            connection, new ForeignLeases(connection, time), time, KeyRange.Single(StoreKey.FromText("k/a")),
            fromRevision: 1, throughRevision: 1, Quiet);
        time.Advance(2 * Quiet);

        var next = session.Next(CancellationToken.None);
        var advanced = TimeSpan.Zero;
        while (!next.IsCompleted)
        {
            // Each advance lets the session ask for the progress once more.
            time.Advance(Quiet / 10);
            advanced += Quiet / 10;
            // Gives etcd and the session time for an answer.
            await etcd.WatchMessages();
        }

        Assert.That(await next, Is.Null);
        Assert.That(advanced, Is.GreaterThanOrEqualTo(Quiet));
    }
}
