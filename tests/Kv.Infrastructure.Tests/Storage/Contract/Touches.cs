using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Storage.Contract;

/// <summary>Promise 5, where a deadline changes and the value does not.</summary>
internal sealed class Touches(EngineUnderTest engine) : StoreContract(engine)
{
    private static readonly TimeProvider Clock = TimeProvider.System;

    [TestCase(null)]
    [TestCase(2000)]
    public async Task It_changes_the_deadline_and_leaves_the_value(int? ahead)
    {
        var created = await Write("key", "value", SecondsAhead(1000));
        var deadline = ahead is { } seconds ? SecondsAhead(seconds) : (long?)null;

        var result = await Commit([Compare.Exists(Key("key"))], [Touch("key", deadline)]);

        var entry = (await Get("key"))!;
        Assert.That(Text(entry), Is.EqualTo("value"));
        Assert.That(entry.Deadline, Is.EqualTo(deadline));
        Assert.That(
            (entry.CreateRevision, entry.ModRevision, entry.Version), Is.EqualTo((created, result.Revision, 2L)));
    }

    [Test]
    public async Task It_is_a_change_that_the_watch_delivers_with_the_value()
    {
        var from = await Write("key", "value");
        await Commit([Compare.Exists(Key("key"))], [Touch("key", SecondsAhead(1000))]);

        await using var feed = Watch(from + 1);
        var change = (await feed.Until(1)).Single();

        Assert.That((Text(change.Current), Text(change.Previous)), Is.EqualTo(("value", "value")));
        Assert.That(change.Current!.Deadline, Is.Not.Null);
    }

    [Test]
    public async Task The_earlier_deadline_no_longer_counts()
    {
        var soon = SecondsAhead(2);
        await Write("key", "value", soon);
        await Commit([Compare.Exists(Key("key"))], [Touch("key", SecondsAhead(1000))]);

        await Eventually.Holds(
            () => Clock.GetUtcNow().ToUnixTimeSeconds() > soon + 1, "the earlier deadline has passed");

        Assert.That(Text(await Get("key")), Is.EqualTo("value"));
    }

    [Test]
    public async Task A_touch_of_an_absent_key_is_refused_and_writes_nothing()
    {
        await Write("other", "value");

        Assert.That(
            () => Commit(Put("beside", "lost"), Touch("absent", null)), Throws.InstanceOf<StoreRejectedException>());

        Assert.That(await Listed(), Is.EqualTo(new[] { "other=value" }));
    }

    [Test]
    public async Task A_concurrent_writer_loses_nothing()
    {
        await Write("key", "0", SecondsAhead(1000));

        await Task.WhenAll(
            AtOnce(50, number => Commit(Put("key", $"{number}", SecondsAhead(1000)))),
            AtOnce(50, _ => Commit([Compare.Exists(Key("key"))], [Touch("key", SecondsAhead(2000))])));

        var last = (await Get("key"))!;
        await using var feed = Watch(1);
        var changes = await feed.Until(101);
        Assert.That(last.Version, Is.EqualTo(101));
        // A touch carries the value that was there.
        foreach (var change in changes.Where(change => change.Current!.Deadline >= SecondsAhead(1500)))
            Assert.That(Text(change.Current), Is.EqualTo(Text(change.Previous)));
    }

    private static long SecondsAhead(int seconds) => Clock.GetUtcNow().ToUnixTimeSeconds() + seconds;

    private Operation.Touch Touch(string name, long? deadline) => new(Key(name), deadline);
}
