using System.Text;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage.Contract;

/// <summary>
/// Promise 2, the conditions of a transaction: every target with every relation, over keys and ranges.
/// </summary>
internal sealed class Compares(EngineUnderTest engine) : StoreContract(engine)
{
    [Test]
    public async Task A_figure_is_compared_with_a_number(
        [Values(CompareTarget.ModRevision, CompareTarget.CreateRevision)] CompareTarget target,
        [Values] CompareRelation relation,
        [Values(-1, 0, 1)] int offset)
    {
        var created = await Write("key", "one");
        await Write("key", "two");
        var last = await Write("key", "three");
        var figure = target == CompareTarget.ModRevision ? last : created;

        var holds = await Holds(new Compare(KeyRange.Single(Key("key")), target, relation, figure + offset, default));

        Assert.That(holds, Is.EqualTo(Relate(relation, figure.CompareTo(figure + offset))));
    }

    [Test]
    public async Task A_value_is_compared_byte_for_byte(
        [Values] CompareRelation relation,
        [Values("", "l", "m", "m\0", "n", "é", "mm")] string given)
    {
        await Write("key", "m");

        var holds = await Holds(Compare.Value(Key("key"), relation, Bytes(given)));

        var order = "m"u8.SequenceCompareTo(Encoding.UTF8.GetBytes(given));
        Assert.That(holds, Is.EqualTo(Relate(relation, order)));
    }

    [Test]
    public async Task Bytes_of_a_value_are_ordered_as_unsigned_numbers()
    {
        await Store.Commit(Transaction.Unconditional(new Operation.Put(Key("key"), new byte[] { 0xFF, 0x00 })), Enough);

        Assert.That(await Holds(Compare.Value(Key("key"), CompareRelation.Greater, new byte[] { 0x7F })), Is.True);
        Assert.That(await Holds(Compare.Value(Key("key"), CompareRelation.Greater, new byte[] { 0xFF })), Is.True);
        Assert.That(await Holds(Compare.Value(Key("key"), CompareRelation.Less, new byte[] { 0xFF, 0x01 })), Is.True);
    }

    [Test]
    public async Task The_figures_of_an_absent_key_are_zero(
        [Values(CompareTarget.ModRevision, CompareTarget.CreateRevision)] CompareTarget target,
        [Values] CompareRelation relation,
        [Values(0, 1)] int number,
        [Values] bool overAnEmptyRange,
        [Values] bool deletedBefore)
    {
        if (deletedBefore)
        {
            await Write("key", "value");
            await Commit(Delete("key"));
        }
        var range = overAnEmptyRange ? KeyRange.Prefix(Key("key")) : KeyRange.Single(Key("key"));

        var holds = await Holds(new Compare(range, target, relation, number, default));

        Assert.That(holds, Is.EqualTo(Relate(relation, 0.CompareTo(number))));
    }

    [Test]
    public async Task No_compare_with_the_value_of_an_absent_key_holds(
        [Values] CompareRelation relation,
        [Values("", "value")] string given,
        [Values] bool overAnEmptyRange)
    {
        var range = overAnEmptyRange ? KeyRange.Prefix(Key("key")) : KeyRange.Single(Key("key"));

        var holds = await Holds(new Compare(range, CompareTarget.Value, relation, 0, Bytes(given)));

        Assert.That(holds, Is.False);
    }

    [Test]
    public async Task Exists_and_absent_are_opposites()
    {
        await Write("there", "value");

        Assert.That(await Holds(Compare.Exists(Key("there"))), Is.True);
        Assert.That(await Holds(Compare.Absent(Key("there"))), Is.False);
        Assert.That(await Holds(Compare.Exists(Key("absent"))), Is.False);
        Assert.That(await Holds(Compare.Absent(Key("absent"))), Is.True);
    }

    [Test]
    public async Task A_figure_over_a_range_must_hold_for_every_entry(
        [Values(CompareTarget.ModRevision, CompareTarget.CreateRevision)] CompareTarget target,
        [Values] CompareRelation relation,
        [Values(0, 1, 2)] int which)
    {
        // Every figure differs from key to key, as the revisions rise.
        var entries = new List<Entry>();
        foreach (var name in new[] { "r/a", "r/b", "r/c" })
        {
            for (var times = 0; times <= entries.Count; times++)
                await Write(name, "value");
            entries.Add((await Get(name))!);
        }
        long Figure(Entry entry) =>
            target == CompareTarget.ModRevision ? entry.ModRevision : entry.CreateRevision;
        var number = Figure(entries[which]);

        var range = KeyRange.Prefix(Key("r/"));
        Assert.That(
            await Holds(new Compare(range, target, relation, number, default)),
            Is.EqualTo(entries.All(entry => Relate(relation, Figure(entry).CompareTo(number)))));
        Assert.That(
            await Holds(new Compare(range, target, CompareRelation.Less, Figure(entries[2]) + 1, default)),
            Is.True);
    }

    [Test]
    public async Task A_value_over_a_range_must_hold_for_every_entry()
    {
        await Write("r/a", "1");
        await Write("r/b", "2");
        await Write("s", "9");
        var below3 = new Compare(KeyRange.Prefix(Key("r/")), CompareTarget.Value, CompareRelation.Less, 0, Bytes("3"));

        Assert.That(await Holds(below3), Is.True);
        await Write("r/c", "3");
        Assert.That(await Holds(below3), Is.False);
        await Commit(Delete("r/c"));
        Assert.That(await Holds(below3), Is.True);
    }

    [Test]
    public async Task A_compare_over_a_range_can_check_that_nothing_changed_since_a_revision()
    {
        await Write("r/a", "value");
        var seen = await CurrentRevision();
        var unchanged = new Compare(
            KeyRange.Prefix(Key("r/")), CompareTarget.ModRevision, CompareRelation.Less, seen + 1, default);
        await Write("elsewhere", "value");

        Assert.That(await Holds(unchanged), Is.True);
        await Write("r/b", "value");
        Assert.That(await Holds(unchanged), Is.False);
    }

    [Test]
    public async Task Every_one_of_several_compares_must_hold()
    {
        await Write("a", "value");
        var right = Compare.Exists(Key("a"));
        var wrong = Compare.Exists(Key("b"));

        Assert.That(await Holds(right, Compare.Absent(Key("b"))), Is.True);
        Assert.That(await Holds(right, wrong), Is.False);
        Assert.That(await Holds(wrong, right), Is.False);
    }

    [Test]
    public async Task Several_compares_may_look_at_one_key()
    {
        var revision = await Write("key", "value");

        Assert.That(
            await Holds(
                Compare.ModRevision(Key("key"), CompareRelation.Equal, revision),
                Compare.CreateRevision(Key("key"), CompareRelation.Equal, revision),
                Compare.Value(Key("key"), CompareRelation.Equal, Bytes("value"))),
            Is.True);
        Assert.That(
            await Holds(
                Compare.ModRevision(Key("key"), CompareRelation.Equal, revision),
                Compare.CreateRevision(Key("key"), CompareRelation.Equal, revision + 1)),
            Is.False);
    }

    private static bool Relate(CompareRelation relation, int order) => relation switch
    {
        CompareRelation.Equal => order == 0,
        CompareRelation.NotEqual => order != 0,
        CompareRelation.Greater => order > 0,
        _ => order < 0,
    };

    /// <summary>
    /// Asks with a transaction that writes, as callers use conditions: its writes must agree with its answer.
    /// </summary>
    private async Task<bool> Holds(params Compare[] compares)
    {
        var answer = Key($"answer/{Guid.NewGuid():N}");
        var result = await Commit(
            compares,
            [new Operation.Put(answer, Bytes("held"))],
            [new Operation.Put(answer, Bytes("did not"))]);
        Assert.That(Text(await Get(answer)), Is.EqualTo(result.Succeeded ? "held" : "did not"));
        return result.Succeeded;
    }
}
