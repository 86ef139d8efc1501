using System.Collections.Concurrent;
using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage.Embedded;

/// <summary>A store that closes answers all calls that it has accepted.</summary>
internal sealed class DisposalTests : EmbeddedTest
{
    [Test]
    public async Task A_store_that_is_closed_during_writes_keeps_only_acknowledged_ones()
    {
        var acknowledged = new ConcurrentBag<string>();
        var refused = new ConcurrentBag<string>();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var store = Store;
        var writers = Enumerable.Range(0, 32).Select(writer => Task.Run(() => Write(writer))).ToList();

        await started.Task;
        await store.DisposeAsync();
        await Task.WhenAll(writers);

        await Reopen();
        var there = (await List()).Entries.Select(entry => entry.Key.ToString()).ToHashSet();
        Assert.That(acknowledged, Is.EquivalentTo(there));
        Assert.That(refused.Where(there.Contains), Is.Empty);
        Assert.That(refused, Has.Count.EqualTo(32));

        async Task Write(int writer)
        {
            for (var i = 0; ; i++)
            {
                var key = $"{writer}/{i}";
                try
                {
                    await store.Commit(Transaction.Unconditional(Put(key, "value")), CancellationToken.None);
                }
                catch (StoreUnavailableException error) when (!error.OutcomeUnknown)
                {
                    refused.Add(key);
                    return;
                }
                acknowledged.Add(key);
                if (acknowledged.Count > 200)
                    started.TrySetResult();
            }
        }
    }

    [Test]
    public async Task A_closed_store_reports_that_it_is_closed()
    {
        await Commit(Put("key", "value"));
        await Store.DisposeAsync();

        Assert.That(() => Get("key"), Throws.TypeOf<StoreUnavailableException>());
        Assert.That(() => List(), Throws.TypeOf<StoreUnavailableException>());
        Assert.That(() => Commit(Put("key", "value")), Throws.TypeOf<StoreUnavailableException>()
            .With.Property(nameof(StoreUnavailableException.OutcomeUnknown)).False);
    }

    [Test]
    public async Task A_store_can_be_closed_twice_at_once()
    {
        await Commit(Put("key", "value"));

        await Task.WhenAll(
            Task.Run(async () => await Store.DisposeAsync()), Task.Run(async () => await Store.DisposeAsync()));
        await Store.DisposeAsync();

        await Reopen();
        Assert.That(await Get("key"), Is.Not.Null);
    }

    [Test]
    public async Task A_watch_that_waits_ends_when_the_store_is_closed()
    {
        await Commit(Put("key", "value"));
        await using var feed = Watch(2);
        await feed.Until(1);

        await Store.DisposeAsync();

        Assert.That(() => feed.Ended.WaitAsync(TimeSpan.FromSeconds(30)), Throws.TypeOf<StoreUnavailableException>());
    }
}
