using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage.Contract;

/// <summary>Promise 1: one revision counter, and the figures of an entry that follow from it.</summary>
internal sealed class PointReads(EngineUnderTest engine) : StoreContract(engine)
{
    [Test]
    public async Task A_key_that_was_never_written_is_absent() =>
        Assert.That(await Get("key"), Is.Null);

    [Test]
    public async Task A_write_is_read_back()
    {
        await Write("key", "value");

        Assert.That(Text(await Get("key")), Is.EqualTo("value"));
    }

    [Test]
    public async Task A_serializable_read_eventually_sees_a_write()
    {
        await Write("key", "value");

        await Kv.Testing.Eventually.Holds(
            async () => (await Store.Get(Key("key"), ReadConsistency.Serializable, Enough)).Entry is not null,
            "a member that answers from its own state eventually has it");
    }

    [Test]
    public async Task A_pair_is_read_at_one_revision()
    {
        var written = (await Commit(Put("a", "1"), Put("b", "1"))).Revision;

        // Each write sets both keys to one value: an unequal pair would be of two revisions.
        var writing = AtOnce(50, number => Commit(Put("a", $"{number}"), Put("b", $"{number}")));
        var pairs = await AtOnce(
            50, _ => Store.GetPair(Key("a"), Key("b"), ReadConsistency.Linearizable, Enough).AsTask());
        await writing;

        Assert.That(pairs.Select(pair => Text(pair.First)), Is.EqualTo(pairs.Select(pair => Text(pair.Second))));
        Assert.That(pairs.Select(pair => pair.Revision), Is.All.GreaterThanOrEqualTo(written));
    }

    [Test]
    public async Task Of_a_pair_either_may_be_absent()
    {
        await Write("here", "value");

        var first = await Store.GetPair(Key("here"), Key("absent"), ReadConsistency.Linearizable, Enough);
        var second = await Store.GetPair(Key("absent"), Key("here"), ReadConsistency.Linearizable, Enough);

        Assert.That((Text(first.First), first.Second), Is.EqualTo(("value", (Entry?)null)));
        Assert.That((second.First, Text(second.Second)), Is.EqualTo(((Entry?)null, "value")));
    }

    [Test]
    public async Task Revisions_rise_from_write_to_write()
    {
        var revisions = new List<long>();
        for (var i = 0; i < 10; i++)
            revisions.Add(await Write(i % 2 == 0 ? "a" : "b", "value"));

        Assert.That(revisions, Is.Ordered.And.Unique);
    }

    [Test]
    public async Task A_read_reports_the_revision_of_the_store()
    {
        var written = await Write("key", "value");

        var absent = await Store.Get(Key("absent"), ReadConsistency.Linearizable, Enough);
        var present = await Store.Get(Key("key"), ReadConsistency.Linearizable, Enough);

        Assert.That(absent.Revision, Is.GreaterThanOrEqualTo(written));
        Assert.That(present.Revision, Is.GreaterThanOrEqualTo(absent.Revision));
    }

    [Test]
    public async Task A_new_entry_has_version_one_and_its_create_revision()
    {
        var revision = await Write("key", "value");

        var entry = await Get("key");

        Assert.That(Figures(entry), Is.EqualTo((revision, revision, 1L)));
        Assert.That(entry!.Deadline, Is.Null);
        Assert.That(entry.Key, Is.EqualTo(Key("key")));
    }

    [Test]
    public async Task Writing_again_raises_version_and_mod_revision_and_keeps_the_create_revision()
    {
        var created = await Write("key", "one");
        await Write("key", "two");
        var last = await Write("key", "two");

        Assert.That(Figures(await Get("key")), Is.EqualTo((created, last, 3L)));
    }

    [Test]
    public async Task A_deleted_key_is_absent()
    {
        await Write("key", "value");

        var result = await Commit(Delete("key"));

        Assert.That(result.Results[0].Deleted, Is.EqualTo(1));
        Assert.That(await Get("key"), Is.Null);
    }

    [Test]
    public async Task A_key_that_is_written_after_a_delete_starts_at_version_one()
    {
        await Write("key", "one");
        await Write("key", "two");
        var deleted = (await Commit(Delete("key"))).Revision;
        var created = await Write("key", "three");

        Assert.That(created, Is.GreaterThan(deleted));
        Assert.That(Figures(await Get("key")), Is.EqualTo((created, created, 1L)));
    }

    [Test]
    public async Task Deleting_an_absent_key_reports_so_and_changes_nothing()
    {
        var before = await Write("other", "value");

        var result = await Commit(Delete("key"));

        Assert.That(result.Succeeded, Is.True);
        Assert.That(result.Results[0].Deleted, Is.Zero);
        Assert.That(result.Revision, Is.GreaterThanOrEqualTo(before));
        Assert.That(await Listed(), Is.EqualTo(new[] { "other=value" }));
    }

    [Test]
    public async Task Keys_are_distinct_even_if_one_is_a_prefix_of_the_other()
    {
        await Write("key", "short");
        await Write("key2", "long");
        await Commit(Delete("key"));

        Assert.That(await Get("key"), Is.Null);
        Assert.That(Text(await Get("key2")), Is.EqualTo("long"));
    }

    [Test]
    public async Task An_empty_value_is_a_value()
    {
        await Write("key", "");

        var entry = await Get("key");

        Assert.That(entry, Is.Not.Null);
        Assert.That(entry.Value.Length, Is.Zero);
    }

    [Test]
    public async Task A_value_of_a_mebibyte_comes_back_byte_for_byte()
    {
        var value = new byte[1024 * 1024];
        new Random(1).NextBytes(value);

        await Store.Commit(Transaction.Unconditional(new Operation.Put(Key("key"), value)), Enough);

        Assert.That((await Get("key"))!.Value.Span.SequenceEqual(value), Is.True);
        Assert.That((await List())[0].Value.Span.SequenceEqual(value), Is.True);
    }

    [Test]
    public async Task Every_byte_is_allowed_in_a_key_and_in_a_value()
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(number => (byte)number)];

        await Store.Commit(Transaction.Unconditional(new Operation.Put(Key(all), all)), Enough);

        var entry = await Get(Key(all));
        Assert.That(entry!.Key.Bytes.ToArray(), Is.EqualTo(Key(all).Bytes.ToArray()));
        Assert.That(entry.Value.ToArray(), Is.EqualTo(all));
    }

    [Test]
    public void A_cancelled_call_gets_no_answer()
    {
        var gone = new CancellationToken(canceled: true);

        Assert.That(
            async () => await Store.Get(Key("key"), ReadConsistency.Linearizable, gone),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(
            () => Store.Range(new RangeQuery(Everything, 1), gone),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(
            () => Store.Count(Everything, 0, gone),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(
            async () => await Store.Commit(Transaction.Unconditional(Put("key", "value")), gone),
            Throws.InstanceOf<OperationCanceledException>());
    }

    private static (long Create, long Mod, long Version) Figures(Entry? entry) =>
        (entry!.CreateRevision, entry.ModRevision, entry.Version);
}
