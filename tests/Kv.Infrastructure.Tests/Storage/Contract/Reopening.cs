using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage.Contract;

/// <summary>All promises hold after a restart of the process.</summary>
internal sealed class Reopening(EngineUnderTest engine) : StoreContract(engine)
{
    [Test]
    public async Task Writes_survive_a_reopening_of_the_store()
    {
        var created = await Write("key", "one");
        var last = await Write("key", "two");
        await Write("gone", "value");
        await Commit(Delete("gone"));

        await Harness.Reopen();

        Assert.That(await Listed(), Is.EqualTo(new[] { "key=two" }));
        var entry = await Get("key");
        Assert.That((entry!.CreateRevision, entry.ModRevision, entry.Version), Is.EqualTo((created, last, 2L)));
        Assert.That(await Listed(revision: created), Is.EqualTo(new[] { "key=one" }));
        Assert.That(await Write("key", "three"), Is.GreaterThan(last));
    }

    [Test]
    public async Task A_watch_starts_over_from_any_revision_after_the_store_was_opened_again()
    {
        var from = await Write("key", "1");
        await Commit(Delete("key"));

        await Harness.Reopen();
        await using var feed = Watch(from);
        await feed.Until(2);
        await Write("key", "3");

        var changes = await feed.Until(3);
        Assert.That(changes.Select(Short), Is.EqualTo(new[] { "put key=1", "delete key", "put key=3" }));
    }

    [Test]
    public async Task A_deadline_survives_a_reopening_of_the_store()
    {
        var deadline = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 3;
        var from = await Write("key", "value", deadline);
        await Write("later", "value", deadline + 1000);

        await Harness.Reopen();
        Assert.That((await Get("later"))!.Deadline, Is.EqualTo(deadline + 1000));

        await using var feed = Watch(from);
        var expiry = await feed.Until(change => change.Kind != ChangeKind.Put, "the entry is removed");
        Assert.That(Short(expiry), Is.EqualTo("expire key"));
    }
}
