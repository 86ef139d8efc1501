using System.Globalization;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage.Contract;

/// <summary>Promise 2: a transaction is applied completely or not at all.</summary>
internal sealed class Transactions(EngineUnderTest engine) : StoreContract(engine)
{
    [Test]
    public async Task All_writes_of_a_transaction_carry_its_revision()
    {
        await Write("gone", "value");

        var result = await Commit(Put("a", "1"), Put("b", "2"), Delete("gone"));

        Assert.That(result.Results.Select(each => each.Deleted), Is.EqualTo(new long[] { 0, 0, 1 }));
        Assert.That(
            (await List()).Select(entry => (Name(entry.Key), entry.ModRevision)),
            Is.EqualTo(new[] { ("a", result.Revision), ("b", result.Revision) }));
    }

    [Test]
    public async Task Conditions_that_hold_take_the_first_branch_only()
    {
        var result = await Commit(
            [Compare.Absent(Key("a"))],
            [Put("a", "then"), Put("b", "then")],
            [Put("a", "else"), Put("c", "else")]);

        Assert.That(result.Succeeded, Is.True);
        Assert.That(result.Results, Has.Count.EqualTo(2));
        Assert.That(await Listed(), Is.EqualTo(new[] { "a=then", "b=then" }));
    }

    [Test]
    public async Task A_condition_that_fails_takes_the_second_branch_only()
    {
        var result = await Commit(
            [Compare.Exists(Key("a"))],
            [Put("a", "then"), Put("b", "then")],
            [Put("c", "else")]);

        Assert.That(result.Succeeded, Is.False);
        Assert.That(result.Results, Has.Count.EqualTo(1));
        Assert.That(await Listed(), Is.EqualTo(new[] { "c=else" }));
        Assert.That((await Get("c"))!.ModRevision, Is.EqualTo(result.Revision));
    }

    [Test]
    public async Task A_condition_that_fails_without_a_second_branch_changes_nothing()
    {
        var before = await Write("key", "value");

        var result = await Commit([Compare.Absent(Key("key"))], [Put("key", "lost"), Put("other", "lost")]);

        Assert.That(result.Succeeded, Is.False);
        Assert.That(result.Results, Is.Empty);
        Assert.That(result.Revision, Is.GreaterThanOrEqualTo(before));
        Assert.That(await Listed(), Is.EqualTo(new[] { "key=value" }));
        Assert.That((await Get("key"))!.ModRevision, Is.EqualTo(before));
    }

    [Test]
    public async Task A_failed_condition_can_read_the_entry_that_it_failed_on()
    {
        var winner = await Write("key", "winner");

        var result = await Commit([Compare.Absent(Key("key"))], [Put("key", "loser")], [Read("key")]);

        var found = result.Results[0].Entries.Single();
        Assert.That((Text(found), found.ModRevision), Is.EqualTo(("winner", winner)));
    }

    [Test]
    public async Task A_read_sees_the_writes_of_earlier_steps_and_none_of_later_ones()
    {
        await Write("a", "old");
        await Write("b", "old");

        var result = await Commit(
            Read("a"), Put("a", "new"), Read("a"), Read("b"), Delete("b"), Read("b"), Read("c"), Put("c", "new"),
            Read("c"));

        Assert.That(
            new[] { 0, 2, 3, 5, 6, 8 }.Select(step => string.Join(',', Pairs(result.Results[step].Entries))),
            Is.EqualTo(new[] { "a=old", "a=new", "b=old", "", "", "c=new" }));
        var written = result.Results[2].Entries[0];
        Assert.That((written.ModRevision, written.Version), Is.EqualTo((result.Revision, 2L)));
    }

    [Test]
    public async Task A_read_of_a_range_sees_the_writes_of_earlier_steps()
    {
        await Write("r/b", "old");
        await Write("r/d", "old");
        var range = KeyRange.Prefix(Key("r/"));

        var result = await Commit(
            Put("r/a", "new"),
            Delete("r/d"),
            Put("r/c", "new"),
            new Operation.Read(range),
            new Operation.Read(range, Limit: 2));

        Assert.That(Pairs(result.Results[3].Entries), Is.EqualTo(new[] { "r/a=new", "r/b=old", "r/c=new" }));
        Assert.That(Pairs(result.Results[4].Entries), Is.EqualTo(new[] { "r/a=new", "r/b=old" }));
    }

    [Test]
    public async Task A_delete_of_a_range_returns_the_number_and_excludes_its_end()
    {
        foreach (var name in new[] { "a", "b", "c", "d" })
            await Write(name, "value");

        var result = await Commit(new Operation.Delete(KeyRange.Between(Key("b"), Key("d"))));

        Assert.That(result.Results[0].Deleted, Is.EqualTo(2));
        Assert.That(await Listed(), Is.EqualTo(new[] { "a=value", "d=value" }));
    }

    [Test]
    public async Task A_delete_of_a_prefix_deletes_no_neighbour()
    {
        foreach (var name in new[] { "ap", "app", "app/", "app/x", "app0", "aq" })
            await Write(name, "");

        await Commit(new Operation.Delete(KeyRange.Prefix(Key("app/"))));

        Assert.That(await Listed(), Is.EqualTo(new[] { "ap=", "app=", "app0=", "aq=" }));
    }

    [Test]
    public async Task A_transaction_of_reads_takes_no_revision()
    {
        var revision = await Write("key", "value");

        var result = await Commit([Compare.Exists(Key("key"))], [Read("key"), Read("absent")]);

        Assert.That(result.Succeeded, Is.True);
        Assert.That(result.Revision, Is.GreaterThanOrEqualTo(revision));
        Assert.That(result.Results.Select(each => each.Entries.Count), Is.EqualTo(new[] { 1, 0 }));
        Assert.That((await Get("key"))!.ModRevision, Is.EqualTo(revision));
    }

    [Test]
    public async Task A_transaction_without_operations_returns_whether_its_conditions_hold()
    {
        await Write("key", "value");

        Assert.That((await Commit([Compare.Exists(Key("key"))], [])).Succeeded, Is.True);
        Assert.That((await Commit([Compare.Absent(Key("key"))], [])).Succeeded, Is.False);
    }

    [Test]
    public async Task A_hundred_operations_are_one_transaction()
    {
        var operations = Enumerable.Range(0, 100)
            .Select(number => Put(number.ToString("D3", CultureInfo.InvariantCulture), "value"))
            .ToArray();

        var result = await Commit(operations);

        var entries = await List();
        Assert.That(result.Results, Has.Count.EqualTo(100));
        Assert.That(entries, Has.Count.EqualTo(100));
        Assert.That(entries.Select(entry => entry.ModRevision), Is.All.EqualTo(result.Revision));
    }

    [Test]
    public async Task A_key_may_be_written_in_both_branches()
    {
        await Commit([Compare.Exists(Key("key"))], [Put("key", "then")], [Put("key", "else")]);

        Assert.That(Text(await Get("key")), Is.EqualTo("else"));
    }
}
