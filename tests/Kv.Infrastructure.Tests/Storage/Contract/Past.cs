using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage.Contract;

/// <summary>Promise 4 for the past: the changes between two revisions, and then an end.</summary>
internal sealed class Past(EngineUnderTest engine) : StoreContract(engine)
{
    protected override Task<StoreHarness> Open() => Engine.OpenAlone();

    [Test]
    public async Task They_end_with_the_last_revision_even_if_more_was_written()
    {
        var first = await Write("a", "1");
        await Write("b", "1");
        var last = (await Commit(Put("a", "2"), Delete("b"))).Revision;
        await Write("a", "3");

        Assert.That(await Changes(Everything, first, last), Is.EqualTo(new[] { "a=1", "b=1", "a=2", "b gone" }));
        Assert.That(await Changes(Everything, first + 1, last - 1), Is.EqualTo(new[] { "b=1" }));
    }

    [Test]
    public async Task The_changes_of_one_key_come_without_those_of_others()
    {
        var first = await Write("a", "1");
        await Write("ab", "1");
        await Commit(Delete("a"));
        await Write("b", "1");
        await Write("a", "2");
        var last = await Write("b", "2");

        Assert.That(
            await Changes(KeyRange.Single(Key("a")), first, last), Is.EqualTo(new[] { "a=1", "a gone", "a=2" }));
        Assert.That(await Changes(KeyRange.Single(Key("a")), first + 1, last - 2), Is.EqualTo(new[] { "a gone" }));
    }

    [Test]
    public async Task Without_changes_they_end_immediately()
    {
        var first = await Write("a", "1");
        var last = await Write("a", "2");

        Assert.That(await Changes(KeyRange.Single(Key("none")), first, last), Is.Empty);
    }

    [Test]
    public async Task They_have_the_entries_before_and_after()
    {
        var first = await Write("a", "1");
        await Write("b", "other");
        await Write("a", "2");
        var last = (await Commit(Delete("a"))).Revision;

        var seen = new List<(string? Before, string? After)>();
        await foreach (var set in Store.Changes(KeyRange.Single(Key("a")), first, last, Enough))
            seen.AddRange(set.Changes.Select(change => (
                change.Previous is { } before ? Text(before) : null,
                change.Current is { } after ? Text(after) : null)));

        Assert.That(seen, Is.EqualTo(new (string?, string?)[] { (null, "1"), ("1", "2"), ("2", null) }));
    }

    [Test]
    public async Task Earlier_and_later_ones_can_be_read_after_others()
    {
        var first = await Write("a", "1");
        var second = await Write("a", "2");
        Assert.That(await Changes(Everything, second, second), Is.EqualTo(new[] { "a=2" }));
        var third = await Write("b", "3");

        Assert.That(await Changes(Everything, second, third), Is.EqualTo(new[] { "a=2", "b=3" }));
        Assert.That(await Changes(Everything, first, third), Is.EqualTo(new[] { "a=1", "a=2", "b=3" }));
    }

    [Test]
    public async Task Large_entries_of_one_revision_come_together()
    {
        var names = Enumerable.Range(0, 30).Select(number => $"large{number:d2}").ToList();
        var value = new string('v', 30_000);
        await Commit([.. names.Select(name => Put(name, value))]);
        var first = (await Commit([.. names.Select(name => Put(name, value + "2"))])).Revision;
        var last = (await Commit([.. names.Select(name => Delete(name))])).Revision;

        var sets = new List<ChangeSet>();
        await foreach (var set in Store.Changes(Everything, first, last, Enough))
            sets.Add(set);

        Assert.That(sets.Select(set => set.Revision), Is.EqualTo(new[] { first, last }));
        foreach (var set in sets)
            Assert.That(set.Changes.Select(change => Name(change.Key)), Is.EqualTo(names));
        Assert.That(
            sets[1].Changes.Select(change => Text(change.Previous!)), Is.All.EqualTo(value + "2"));
    }

    [Test]
    public async Task Changes_whose_entries_are_compacted_fail()
    {
        var first = await Write("a", "1");
        await Write("a", "2");
        var last = await Write("a", "3");
        Assert.That(await Changes(Everything, first, last), Is.EqualTo(new[] { "a=1", "a=2", "a=3" }));

        await Harness.Compact(last);

        Assert.That(
            () => Changes(Everything, first, last),
            Throws.TypeOf<RevisionCompactedException>()
                .With.Property(nameof(RevisionCompactedException.CompactRevision)).EqualTo(last));
    }

    private async Task<List<string>> Changes(KeyRange range, long from, long through)
    {
        var seen = new List<string>();
        await foreach (var set in Store.Changes(range, from, through, Enough))
            seen.AddRange(set.Changes.Select(
                change => change.Current is { } entry
                    ? $"{Name(change.Key)}={Text(entry)}"
                    : $"{Name(change.Key)} gone"));
        return seen;
    }
}
