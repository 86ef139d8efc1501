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
