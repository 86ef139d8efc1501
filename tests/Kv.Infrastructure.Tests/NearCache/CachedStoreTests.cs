using System.Collections.Concurrent;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Infrastructure.NearCache;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Storage.Contract;
using Kv.Infrastructure.Tests.Watching;
using Kv.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEngine = Kv.Infrastructure.Tests.Storage.Contract.StoreEngine;

namespace Kv.Infrastructure.Tests.NearCache;

/// <summary>The near cache over each engine: as stale as it says, and never staler.</summary>
internal sealed class CachedStoreTests(StoreEngine engine) : StoreContract(engine)
{
    private const long Room = 1_000_000;

    private static readonly StoreUnavailableException Away = new("away");

    private KeyLayout _layout = null!;
    private CountedStore _counted = null!;
    private CachedStore _cached = null!;

    [SetUp]
    public void OpenCache()
    {
        _layout = new KeyLayout(new StoreOptions { BaseKeyPrefix = $"cache/{Guid.NewGuid():N}" });
        _counted = new CountedStore(Store);
        _cached = Cache(Room);
    }

    [TearDown]
    public async Task CloseCache()
    {
        await _cached.DisposeAsync();
        await _counted.DisposeAsync();
        Assert.That(_counted.Open, Is.Zero, "watches of the store that are left");
    }

    [Test]
    public async Task What_was_read_is_read_again_without_the_store()
    {
        var written = await Set("k", "v");
        await Kept("k");
        await Kept("absent");
        _counted.Failure = Away;

        var read = await Get("k");
        Assert.That((Text(read.Entry), read.Revision), Is.EqualTo(("v", Math.Max(written, read.Revision))));
        Assert.That((await Get("absent")).Entry, Is.Null);
        Assert.That(async () => await Get("k", ReadConsistency.Linearizable), Throws.Exception.SameAs(Away));
        Assert.That(
            async () => await _cached.Get(_layout.WatcherCursor, ReadConsistency.Serializable, Enough),
            Throws.Exception.SameAs(Away));
    }

    [Test]
    public async Task What_changes_is_told_with_the_revision_of_the_change()
    {
        await Set("k", "1");
        await Kept("k");
        await Kept("new");

        var changed = await Set("k", "2");
        var created = await Set("new", "1");
        await Eventually.Holds(async () => (await Get("new")).Revision >= created, "the watch has told of both");
        _counted.Failure = Away;
        Assert.That((await Get("k")).Entry!.ModRevision, Is.EqualTo(changed));
        Assert.That(Text((await Get("new")).Entry), Is.EqualTo("1"));
        _counted.Failure = null;

        await Commit(new Operation.Delete(Place("k")));
        await Eventually.Holds(async () => (await Get("k")).Entry is null, "it is gone");
    }

    [Test]
    public async Task A_key_that_has_expired_is_not_told_of()
    {
        await Commit(
            new Operation.Put(Place("k"), Bytes("v"), TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 2));
        await Eventually.Holds(async () => (await Get("k")).Entry is null, "its time is over");
        Assert.That(await Get(Place("k")), Is.Null);
    }

    [Test]
    public async Task Each_answer_held_at_the_revision_that_it_tells()
    {
        await Set("a", "0");
        await Kept("a");
        using var done = new CancellationTokenSource();
        var told = new ConcurrentDictionary<(long Revision, string Key), string>();
        var wrong = new ConcurrentBag<string>();
        // Room for a few keys only: some come and go all the time.
        await using var small = Cache(2_000);
        var reading = AtOnce(4, async reader =>
        {
            for (var i = 0; !done.IsCancellationRequested; i++)
            {
                var key = $"{"abcdefgh"[(i + reader) % 8]}";
                var read = await (i % 2 == 0 ? small : _cached).Get(Place(key), ReadConsistency.Serializable, Enough);
                if (told.GetOrAdd((read.Revision, key), Text(read.Entry)) != Text(read.Entry))
                    wrong.Add($"{key} at {read.Revision} is {Text(read.Entry)}, and was told to be otherwise");
            }
        });
        await Eventually.Holds(() => !told.IsEmpty, "reading has begun");
        await AtOnce(3, async worker =>
        {
            for (var i = 0; i < 150; i++)
            {
                var key = Place($"{"abcdefgh"[(i * 3 + worker) % 8]}");
                await Commit(i % 5 == 4 ? new Operation.Delete(key) : new Operation.Put(key, Bytes($"{worker}/{i}")));
            }
        });
        await done.CancelAsync();
        await reading;

        foreach (var ((revision, key), value) in told)
        {
            var then = await Store.Range(new RangeQuery(KeyRange.Single(Place(key)), 1, revision), Enough);
            if (Text(then.Entries.SingleOrDefault()) != value)
                wrong.Add(
                    $"{key} at {revision} was {Text(then.Entries.SingleOrDefault())}, and was told to be {value}");
        }
        Assert.That(wrong, Is.Empty);
        Assert.That(told, Is.Not.Empty);
    }

    [Test]
    public async Task Where_changes_may_be_missed_it_begins_again()
    {
        await Set("k", "1");
        await Kept("k");

        _counted.Break(new RevisionCompactedException(1));
        await Eventually.Holds(() => _counted.Begun == 2, "it watches again");
        await Set("k", "2");

        await Eventually.Holds(async () => Text((await Get("k")).Entry) == "2", "the change is told");
        await Kept("k");
    }

    private CachedStore Cache(long room) =>
        new(_counted, _layout, room, TimeProvider.System, NullLogger<CachedStore>.Instance);

    private StoreKey Place(string key) => _layout.KeyValue(new Tenant("space", "app"), Domain.KeyValues.Key.Parse(key));

    private async Task<long> Set(string key, string value) =>
        (await Commit(new Operation.Put(Place(key), Bytes(value)))).Revision;

    private ValueTask<PointRead> Get(string key, ReadConsistency consistency = ReadConsistency.Serializable) =>
        _cached.Get(Place(key), consistency, Enough);

    // Its watch begins in the background, and until then it keeps nothing.
    private Task Kept(string key) => Eventually.Holds(
        async () =>
        {
            await Get(key);
            _counted.Failure = Away;
            try
            {
                await Get(key);
                return true;
            }
            catch (StoreUnavailableException)
            {
                return false;
            }
            finally
            {
                _counted.Failure = null;
            }
        },
        "it is kept");
}
