using System.Text;
using Kv.Infrastructure.NearCache;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.NearCache;

/// <summary>What is kept, and for how long.</summary>
internal sealed class EntryCacheTests
{
    private EntryCache _cache = null!;

    [SetUp]
    public void Open() => _cache = new EntryCache(maxBytes: 10_000);

    [Test]
    public void It_holds_no_more_than_it_may_and_lets_go_what_was_not_asked_for()
    {
        _cache.Open(1, Epoch.First);
        Offer("asked-for", 1);
        for (var number = 0; number < 1_000; number++)
        {
            Offer($"{number}", 1);
            Assert.That(Find("asked-for"), Is.True);
            Assert.That(_cache.Bytes, Is.InRange(1, 10_000));
        }
        Assert.That((Find("0"), Find("999")), Is.EqualTo((false, true)));
    }

    [Test]
    public void What_grows_by_a_change_pushes_others_out()
    {
        _cache.Open(1, Epoch.First);
        Offer("k", 1);
        _cache.Apply(Put("k", 2, bytes: 50_000));

        Assert.That(_cache.Bytes, Is.LessThanOrEqualTo(10_000));
        Assert.That(Find("k"), Is.False);
    }

    [Test]
    public void What_was_read_before_a_change_that_is_known_is_not_taken_in()
    {
        _cache.Open(1, Epoch.First);
        _cache.Apply(Put("other", 5));

        Offer("k", 4);
        Assert.That(Find("k"), Is.False);
        Offer("k", 5);
        Assert.That(Find("k"), Is.True);
    }

    [Test]
    public void A_change_that_the_store_has_told_already_changes_nothing()
    {
        _cache.Open(1, Epoch.First);
        Offer("k", 7);
        _cache.Apply(Put("k", 6));

        Assert.That(_cache.TryGet(StoreKey.FromText("k"), default, Epoch.First, out var read), Is.True);
        Assert.That((read.Entry!.ModRevision, read.Revision), Is.EqualTo((7, 7)));
    }

    [Test]
    public void A_value_that_would_take_too_much_of_it_is_not_taken_in()
    {
        _cache.Open(1, Epoch.First);
        Offer("k", 1, bytes: 2_000);
        Assert.That((Find("k"), _cache.Bytes), Is.EqualTo((false, 0)));
    }

    [Test]
    public void Closed_it_knows_nothing()
    {
        Offer("k", 1);
        Assert.That(Find("k"), Is.False);
        _cache.Open(1, Epoch.First);
        Offer("k", 1);
        _cache.Close();

        Assert.That((Find("k"), _cache.Bytes), Is.EqualTo((false, 0)));
    }

    [Test]
    public void What_belongs_to_another_epoch_is_neither_found_nor_taken_in()
    {
        var restored = new Epoch(1, Since: 5);
        _cache.Open(9, Epoch.First);
        Offer("before", 9);
        Assert.That(Find("before", restored), Is.False);

        _cache.Close();
        _cache.Open(5, restored);
        Offer("late", 9);
        Offer("new", 6, epoch: restored);

        Assert.That((Find("late", restored), Find("new", restored)), Is.EqualTo((false, true)));
    }

    private bool Find(string key, Epoch? epoch = null) =>
        _cache.TryGet(StoreKey.FromText(key), default, epoch ?? Epoch.First, out _);

    private void Offer(string key, long revision, int bytes = 100, Epoch? epoch = null) =>
        _cache.Offer(
            StoreKey.FromText(key), new PointRead(Entry(key, revision, bytes), revision), epoch ?? Epoch.First);

    private static ChangeSet Put(string key, long revision, int bytes = 100) => new(
        revision, [new Change(ChangeKind.Put, StoreKey.FromText(key), Entry(key, revision, bytes), null)]);

    private static Entry Entry(string key, long revision, int bytes) =>
        new(StoreKey.FromText(key), Encoding.UTF8.GetBytes(new string('v', bytes)), revision, revision, 1, null);
}
