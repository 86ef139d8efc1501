using System.Text;
using Kv.Domain.KeyValues;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Storage;
using Kv.Infrastructure.Watching;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Watching;

/// <summary>Many watches over one.</summary>
[CancelAfter(60_000)]
internal sealed class KeyChangeHubTests
{
    private static readonly Tenant Us = Tenant.Of("space", "app");
    private static readonly KeyPattern All = KeyPattern.Of("*");

    private readonly KeyLayout _layout = new(new StoreOptions());
    private CountedStore _store = null!;
    private InMemoryStore _inner = null!;
    private KeyChangeHub _hub = null!;

    private static CancellationToken Enough => TestContext.CurrentContext.CancellationToken;

    [SetUp]
    public void Start()
    {
        _inner = new InMemoryStore(TimeProvider.System);
        _store = new CountedStore(_inner);
        _hub = new KeyChangeHub(
            _store, _layout, new KeyChanges(_layout, TimeProvider.System), new PastChanges(_store, _layout, TimeProvider.System),
            TimeProvider.System);
    }

    [TearDown]
    public async Task Stop()
    {
        await _hub.DisposeAsync();
        await _store.DisposeAsync();
        await _inner.DisposeAsync();
    }

    [Test]
    public async Task Two_thousand_watches_share_one_of_the_store()
    {
        var watches = await Task.WhenAll(Enumerable.Range(0, 2_000).Select(number =>
            _hub.Open(Us, KeyPattern.Of($"k{number % 1000:d3}"), null, Enough)));

        await Put("k007", "v");

        Assert.That(_store.Watches, Is.EqualTo(1));
        Assert.That(_hub.Watches, Is.EqualTo(2_000));
        foreach (var watch in new[] { watches[7], watches[1007] })
            Assert.That((await watch.Next(Enough))!.Changes.Single().Key.Value, Is.EqualTo("k007"));
        foreach (var watch in watches)
            await watch.DisposeAsync();
        Assert.That(_hub.Watches, Is.Zero);
    }

    [Test]
    public async Task A_reader_that_is_too_slow_is_cut_off_and_holds_nobody_up()
    {
        await using var slow = await _hub.Open(Us, All, null, Enough);
        await using var quick = await _hub.Open(Us, All, null, Enough);
        var value = new string('v', 100_000);

        for (var number = 0; number < 60; number++)
        {
            await Put($"{number}", value);
            Assert.That((await quick.Next(Enough))!.Changes.Single().Key.Value, Is.EqualTo($"{number}"));
        }

        await slow.CutOff.WaitAsync(Enough);
        Assert.That(quick.CutOff.IsCompleted, Is.False);
        var (read, last) = (0, 0L);
        while (await slow.Next(Enough) is { } set)
            (read, last) = (read + 1, set.Revision);
        Assert.That(read, Is.InRange(1, 50), "what was in its buffer");
        await using var resumed = await _hub.Open(Us, All, last, Enough);
        Assert.That((await resumed.Next(Enough))!.Changes.Single().Key.Value, Is.EqualTo($"{read}"));
    }

    [Test]
    public async Task What_the_hub_no_longer_holds_is_read_from_the_store_and_joins_what_comes()
    {
        await using var keeper = await _hub.Open(Us, All, null, Enough);
        var start = await Put("start", "v");
        var value = new string('v', 1_000_000);
        for (var number = 0; number < 40; number++)
        {
            await Put($"{number}", value);
            await keeper.Next(Enough);
        }

        await using var watch = await _hub.Open(Us, All, start, Enough);
        await Put("live", "v");

        var keys = new List<string>();
        while (keys.Count < 41)
            keys.AddRange((await watch.Next(Enough))!.Changes.Select(change => change.Key.Value));
        Assert.That(keys, Is.EqualTo(Enumerable.Range(0, 40).Select(number => $"{number}").Append("live")));
        Assert.That(_store.Watches, Is.EqualTo(2));
    }

    [Test]
    public async Task What_the_hub_holds_costs_the_store_nothing()
    {
        await using var keeper = await _hub.Open(Us, All, null, Enough);
        var start = await Put("start", "v");
        await Put("missed", "v");
        await keeper.Next(Enough);
        await keeper.Next(Enough);

        await using var watch = await _hub.Open(Us, All, start, Enough);

        Assert.That((await watch.Next(Enough))!.Changes.Single().Key.Value, Is.EqualTo("missed"));
        Assert.That(_store.Watches, Is.EqualTo(1));
    }

    [Test]
    public async Task A_revision_is_never_split()
    {
        await using var watch = await _hub.Open(Us, All, null, Enough);

        await _inner.Commit(
            Transaction.Of([.. Enumerable.Range(0, 50).Select(number => Operation($"{number:d2}", "v"))]), Enough);

        var set = (await watch.Next(Enough))!;
        Assert.That(set.Changes.Select(change => change.Revision).ToList(), Has.Count.EqualTo(50).And.All.EqualTo(set.Revision));
    }

    [Test]
    public async Task A_watch_that_is_closed_while_it_reads_the_past_lets_it_go()
    {
        var start = await Put("k", "1");
        await Put("k", "2");
        var watch = await _hub.Open(Us, KeyPattern.Of("another"), start, Enough);
        using var gone = new CancellationTokenSource();
        _store.IsSilent = true;
        var next = watch.Next(gone.Token).AsTask();

        await gone.CancelAsync();
        Assert.That(async () => await next, Throws.InstanceOf<OperationCanceledException>());
        await watch.DisposeAsync().AsTask().WaitAsync(Enough);

        Assert.That(_hub.Watches, Is.Zero);
    }

    [Test]
    public async Task What_the_store_has_forgotten_is_told()
    {
        var start = await Put("k", "1");
        await Put("k", "2");
        _inner.Compact(await Put("k", "3"));

        var open = await _hub.Open(Us, All, start, Enough);

        await using (open)
            Assert.That(async () => await open.Next(Enough), Throws.InstanceOf<RevisionCompactedException>());
        Assert.That(_hub.Watches, Is.Zero);
    }

    [Test]
    public async Task A_store_that_cannot_be_asked_fails_the_opening_and_the_next_one_works()
    {
        _store.Failure = new StoreUnavailableException("away");
        Assert.That(async () => await _hub.Open(Us, All, null, Enough), Throws.InstanceOf<StoreUnavailableException>());
        _store.Failure = null;

        await Eventually.Holds(
            async () =>
            {
                await using var watch = await _hub.Open(Us, All, null, Enough);
                return true;
            },
            "another begins");
    }

    private async Task<long> Put(string key, string value) =>
        (await _inner.Commit(Transaction.Of(Operation(key, value)), Enough)).Revision;

    private Operation.Put Operation(string key, string value) =>
        new(_layout.KeyValue(Us, Key.Of(key)), Encoding.UTF8.GetBytes(value));

    /// <summary>Counts the watches, and fails when told to.</summary>
    private sealed class CountedStore(IStore inner) : IStore
    {
        private int _watches;

        public int Watches => Volatile.Read(ref _watches);

        public Exception? Failure { get; set; }

        /// <summary>Whether watches tell nothing.</summary>
        public bool IsSilent { get; set; }

        public ValueTask<PointRead> Get(StoreKey key, ReadConsistency consistency, CancellationToken cancellationToken) =>
            Failure is { } failure ? ValueTask.FromException<PointRead>(failure) : inner.Get(key, consistency, cancellationToken);

        public ValueTask<PairRead> GetPair(
            StoreKey key, StoreKey beside, ReadConsistency consistency, CancellationToken cancellationToken) =>
            inner.GetPair(key, beside, consistency, cancellationToken);

        public Task<RangePage> Range(RangeQuery query, CancellationToken cancellationToken) => inner.Range(query, cancellationToken);

        public Task<long> Count(KeyRange range, long revision, CancellationToken cancellationToken) =>
            inner.Count(range, revision, cancellationToken);

        public ValueTask<CommitResult> Commit(Transaction transaction, CancellationToken cancellationToken) =>
            inner.Commit(transaction, cancellationToken);

        public IAsyncEnumerable<ChangeSet> Watch(KeyRange range, long fromRevision, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _watches);
            return inner.Watch(IsSilent ? KeyRange.Single(StoreKey.Of("/none")) : range, fromRevision, cancellationToken);
        }

        public Task<IStoreLock> Lock(StoreKey name, TimeSpan timeToLive, CancellationToken cancellationToken) =>
            inner.Lock(name, timeToLive, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
