using System.Globalization;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage.Contract;

/// <summary>Promise 2, for transactions within transactions.</summary>
internal sealed class NestedTransactions(EngineUnderTest engine) : StoreContract(engine)
{
    [Test]
    public async Task Its_own_conditions_choose_its_branch()
    {
        await Write("here", "value");

        var result = await Commit(
            If([Compare.Exists(Key("here"))], [Put("a", "then")], [Put("a", "else")]),
            If([Compare.Exists(Key("absent"))], [Put("b", "then")], [Put("b", "else"), Put("c", "else")]));

        Assert.That(result.Results.Select(each => each.Nested!.Succeeded), Is.EqualTo(new[] { true, false }));
        Assert.That(result.Results.Select(each => each.Nested!.Results.Count), Is.EqualTo(new[] { 1, 2 }));
        Assert.That(await Listed(), Is.EqualTo(new[] { "a=then", "b=else", "c=else", "here=value" }));
        Assert.That(
            (await List()).Where(entry => Name(entry.Key) != "here").Select(entry => entry.ModRevision),
            Is.All.EqualTo(result.Revision));
    }

    [Test]
    public async Task Its_conditions_are_judged_before_anything_is_written()
    {
        var result = await Commit(
            Put("a", "new"),
            If([Compare.Absent(Key("a"))], [Put("b", "it was absent")], [Put("b", "it was there")]));

        Assert.That(result.Results[1].Nested!.Succeeded, Is.True);
        Assert.That(await Listed(), Is.EqualTo(new[] { "a=new", "b=it was absent" }));
    }

    [Test]
    public async Task It_is_not_executed_when_the_branch_around_it_is_not_taken()
    {
        var result = await Commit(
            [Compare.Exists(Key("absent"))], [If([Compare.Absent(Key("a"))], [Put("a", "lost")])], [Read("a")]);

        Assert.That(result.Succeeded, Is.False);
        Assert.That(await Listed(), Is.Empty);
    }

    [Test]
    public async Task Its_reads_and_deletes_have_results_of_their_kind()
    {
        await Write("read", "value");
        await Write("gone", "value");

        var result = await Commit(
            If([Compare.Exists(Key("read"))],
                [Read("read"), Delete("gone"), new Operation.Read(Key("read"), keysOnly: true)]));

        var nested = result.Results.Single().Nested!;
        Assert.That(Text(nested.Results[0].Entries.Single()), Is.EqualTo("value"));
        Assert.That(nested.Results[1].Deleted, Is.EqualTo(1));
        Assert.That(nested.Results[2].Entries.Single().Value.IsEmpty, Is.True);
    }

    [Test]
    public async Task Transactions_nest_more_than_one_level()
    {
        var result = await Commit(If(
            [Compare.Absent(Key("a"))],
            [If([Compare.Absent(Key("b"))], [Put("c", "deep")]), Put("d", "beside")]));

        Assert.That(result.Results[0].Nested!.Results[0].Nested!.Succeeded, Is.True);
        Assert.That(await Listed(), Is.EqualTo(new[] { "c=deep", "d=beside" }));
    }

    [Test]
    public async Task A_condition_within_sees_no_entry_past_its_deadline()
    {
        var deadline = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 1;
        await Write("short", "value", deadline);
        await Kv.Testing.Eventually.Holds(
            () => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() >= deadline, "the deadline has passed");

        var result = await Commit(If([Compare.Absent(Key("short"))], [Put("a", "then")], [Put("a", "else")]));

        Assert.That(result.Results[0].Nested!.Succeeded, Is.True);
    }

    [Test]
    public void A_key_written_inside_and_outside_is_refused()
    {
        Assert.That(
            () => Transaction.Unconditional(Put("a", "1"), If([Compare.Absent(Key("b"))], [], [Put("a", "2")])),
            Throws.ArgumentException);
        Assert.That(
            () => Transaction.Unconditional(
                If([Compare.Absent(Key("b"))], [Put("a", "1")]), If([Compare.Absent(Key("c"))], [Put("a", "2")])),
            Throws.ArgumentException);
    }

    [Test]
    public async Task Both_branches_may_write_one_key()
    {
        await Commit(If([Compare.Absent(Key("a"))], [Put("a", "then")], [Put("a", "else")]), Put("b", "beside"));

        Assert.That(await Listed(), Is.EqualTo(new[] { "a=then", "b=beside" }));
    }

    [Test]
    public async Task A_branch_of_the_most_operations_is_one_transaction_and_its_results_are_in_order()
    {
        await Write("0250", "old");
        var operations = Enumerable.Range(0, Transaction.MaxOperations)
            .Select(number => number.ToString("D4", CultureInfo.InvariantCulture))
            .Select(name => name == "0250" ? Delete(name) : Put(name, name))
            .ToArray();

        var result = await Commit(If([Compare.Absent(Key("absent"))], operations));

        var results = result.Results.Single().Nested!.Results;
        Assert.That(results, Has.Count.EqualTo(Transaction.MaxOperations));
        Assert.That(results[250].Deleted, Is.EqualTo(1));
        Assert.That(results.Sum(each => each.Deleted), Is.EqualTo(1));
        var entries = await List();
        Assert.That(entries, Has.Count.EqualTo(Transaction.MaxOperations - 1));
        Assert.That(entries.Select(entry => entry.ModRevision), Is.All.EqualTo(result.Revision));
    }

    private static Operation.Nested If(
        IReadOnlyList<Compare> compares, IReadOnlyList<Operation> then, IReadOnlyList<Operation>? otherwise = null) =>
        new(new Transaction(compares, then, otherwise));
}
