using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage.Contract;

/// <summary>Promise 1, as far as it needs a store without other writers.</summary>
internal sealed class RevisionCounter(EngineUnderTest engine) : StoreContract(engine)
{
    protected override Task<StoreHarness> Open() => Engine.OpenAlone();

    [Test]
    public async Task Only_writes_take_a_revision()
    {
        var written = await Write("key", "value");

        var results = new[]
        {
            await Commit(Read("key")),
            await Commit(Delete("absent")),
            await Commit([Compare.Absent(Key("key"))], [Put("key", "lost")]),
            await Commit([Compare.Absent(Key("key"))], [Put("key", "lost")], [Read("key")]),
            await Commit([], []),
        };

        Assert.That(results.Select(result => result.Revision), Is.All.EqualTo(written));
        Assert.That(await CurrentRevision(), Is.EqualTo(written));
        Assert.That((await Store.Range(new RangeQuery(Everything, 1), Enough)).Revision, Is.EqualTo(written));
    }

    [Test]
    public async Task A_write_of_the_present_value_takes_a_revision()
    {
        var first = await Write("key", "same");
        var second = await Write("key", "same");

        Assert.That(second, Is.GreaterThan(first));
        Assert.That(await CurrentRevision(), Is.EqualTo(second));
    }

    [Test]
    public async Task Reads_report_the_revision_of_the_last_write_of_any_key()
    {
        await Write("a", "value");
        var last = await Write("b", "value");

        var read = await Store.Get(Key("a"), ReadConsistency.Linearizable, Enough);
        var page = await Store.Range(new RangeQuery(KeyRange.Single(Key("a")), 1), Enough);

        Assert.That(read.Revision, Is.EqualTo(last));
        Assert.That(page.Revision, Is.EqualTo(last));
    }
}
