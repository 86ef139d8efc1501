using System.Globalization;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage.Contract;

/// <summary>Promise 4: every change exactly once, in order, with no revision split.</summary>
internal sealed class Watches(EngineUnderTest engine) : StoreContract(engine)
{
    [Test]
    public async Task A_watch_from_a_past_revision_delivers_all_changes_since()
    {
        await Write("before", "");
        var from = await Write("a", "1");
        await Write("a", "2");
        await Commit(Delete("a"));
        await Write("b", "3");

        await using var feed = Watch(from);

        var changes = await feed.Until(4);
        Assert.That(changes.Select(Short), Is.EqualTo(new[] { "put a=1", "put a=2", "delete a", "put b=3" }));
    }

    [Test]
    public async Task A_watch_continues_from_the_past_into_the_present()
    {
        var from = await Write("a", "1");
        await using var feed = Watch(from);
        await feed.Until(1);

        await Write("a", "2");
        await feed.Until(2);
        await Write("a", "3");

        var changes = await feed.Until(3);
        Assert.That(changes.Select(Short), Is.EqualTo(new[] { "put a=1", "put a=2", "put a=3" }));
    }

    [Test]
    public async Task A_watch_from_the_next_revision_delivers_only_later_changes()
    {
        var last = await Write("a", "1");
        await using var feed = Watch(last + 1);

        await Write("a", "2");

        var changes = await feed.Until(1);
        Assert.That(changes.Select(Short), Is.EqualTo(new[] { "put a=2" }));
    }

    [Test]
    public async Task A_watch_from_a_future_revision_skips_earlier_changes()
    {
        var present = await CurrentRevision();
        var from = present + 4;
        await using var feed = Watch(from);
        await using var other = Watch(present + 1);
        var written = new List<long>();

        while (written.Count == 0 || written[^1] < from + 1)
        {
            written.Add(await Write("key", "value"));
            // The other watch shows when this change was due to the first one.
            await other.Until(written.Count);
        }

        var due = written.Where(revision => revision >= from).ToList();
        await feed.Until(due.Count);
        Assert.That(feed.Sets.Select(set => set.Revision), Is.EqualTo(due));
    }

    [Test]
    public async Task Changes_carry_the_entry_and_the_one_before()
    {
        var first = await Write("key", "1");
        var second = await Write("key", "2");
        await Commit(Delete("key"));
        var fourth = await Write("key", "4");

        await using var feed = Watch(first);

        var changes = await feed.Until(4);
        Assert.That(changes.Select(change => change.Kind), Is.EqualTo(
            new[] { ChangeKind.Put, ChangeKind.Put, ChangeKind.Delete, ChangeKind.Put }));
        Assert.That(changes.Select(change => change.Key), Is.All.EqualTo(Key("key")));
        Assert.That(
            changes.Select(change => Figures(change.Current)),
            Is.EqualTo(new[]
            {
                ("1", first, first, 1L), ("2", first, second, 2), ("(none)", 0, 0, 0), ("4", fourth, fourth, 1),
            }));
        Assert.That(
            changes.Select(change => Figures(change.Previous)),
            Is.EqualTo(new[]
            {
                ("(none)", 0L, 0L, 0L), ("1", first, first, 1), ("2", first, second, 2), ("(none)", 0, 0, 0),
            }));
    }

    [Test]
    public async Task A_write_of_the_same_value_is_a_change()
    {
        var first = await Write("key", "same");
        await Write("key", "same");

        await using var feed = Watch(first);

        var changes = await feed.Until(2);
        Assert.That(changes.Select(change => change.Current!.Version), Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public async Task A_revision_is_delivered_complete_and_in_the_byte_order_of_its_keys()
    {
        var names = Enumerable.Range(0, 100).Select(number => number.ToString("D3", CultureInfo.InvariantCulture))
            .ToArray();
        var put = (await Commit([.. names.Reverse().Select(name => Put(name, "value"))])).Revision;
        var deleted = (await Commit(new Operation.Delete(Everything))).Revision;

        await using var feed = Watch(put);

        await feed.Until(200);
        Assert.That(feed.Sets.Select(set => set.Revision), Is.EqualTo(new[] { put, deleted }));
        Assert.That(feed.Sets[0].Changes.Select(Short), Is.EqualTo(names.Select(name => $"put {name}=value")));
        Assert.That(feed.Sets[1].Changes.Select(Short), Is.EqualTo(names.Select(name => $"delete {name}")));
    }

    [Test]
    public async Task A_revision_larger_than_a_message_is_delivered_complete()
    {
        // Previous entries double the size of these changes.
        var value = new string('x', 10_000);
        var operations = Enumerable.Range(0, 100).Select(number => Put($"{number:D3}", value)).ToArray();
        await Commit(operations);
        var again = (await Commit(operations)).Revision;

        await using var feed = Watch(again);

        await feed.Until(100);
        Assert.That(feed.Sets, Has.Count.EqualTo(1));
        Assert.That(feed.Changes.Select(change => change.Previous!.Value.Length), Is.All.EqualTo(value.Length));
    }

    [Test]
    public async Task A_backlog_of_large_values_is_delivered_complete()
    {
        var from = await CurrentRevision() + 1;
        for (var i = 0; i < 12; i++)
            await Write("key", $"{i:D2}{new string('x', 1_000_000)}");

        await using var feed = Watch(from);

        var changes = await feed.Until(12);
        Assert.That(
            changes.Select(change => Text(change.Current)[..2]),
            Is.EqualTo(Enumerable.Range(0, 12).Select(number => $"{number:D2}")));
    }

    [Test]
    public async Task A_watch_of_a_range_delivers_no_other_key()
    {
        var from = await CurrentRevision() + 1;
        foreach (var name in new[] { "a", "b", "b/x", "c", "d" })
            await Write(name, "");
        await Commit(Put("a", "both"), Put("b", "both"));
        await Write("end", "");

        await using var inner = Watch(from, KeyRange.Between(Key("b"), Key("d")));
        await using var all = Watch(from);

        await all.Until(change => Name(change.Key) == "end", "the last change arrives");
        var changes = await inner.Until(4);
        Assert.That(changes.Select(Short), Is.EqualTo(new[] { "put b=", "put b/x=", "put c=", "put b=both" }));
    }

    [Test]
    public async Task A_watch_of_a_single_key_delivers_no_other()
    {
        var from = await Write("key", "1");
        await Write("key\0", "other");
        await Write("keys", "other");
        await Write("key", "2");

        await using var feed = Watch(from, KeyRange.Single(Key("key")));

        var changes = await feed.Until(2);
        Assert.That(changes.Select(Short), Is.EqualTo(new[] { "put key=1", "put key=2" }));
    }

    [Test]
    public async Task An_operation_without_effect_is_not_delivered()
    {
        var from = await CurrentRevision() + 1;
        await Commit(Delete("absent"));
        await Commit(Read("absent"));
        await Commit([Compare.Exists(Key("absent"))], [Put("lost", "")]);
        await Write("end", "");

        await using var feed = Watch(from);

        var changes = await feed.Until(1);
        Assert.That(changes.Select(Short), Is.EqualTo(new[] { "put end=" }));
    }

    [Test]
    public async Task Several_watchers_receive_the_same_changes()
    {
        var from = await CurrentRevision() + 1;
        await using var early = Watch(from);
        for (var i = 0; i < 20; i++)
            await Commit(Put($"a{i % 3}", $"{i}"), Put("b", $"{i}"));
        await using var late = Watch(from);
        for (var i = 0; i < 20; i++)
            await Commit(Delete($"a{i % 3}"), Put("c", $"{i}"));
        await Write("end", "");

        foreach (var feed in new[] { early, late })
            await feed.Until(change => Name(change.Key) == "end", "the last change arrives");
        Assert.That(Changes(early), Has.Count.EqualTo(41));
        Assert.That(Changes(late), Is.EqualTo(Changes(early)));
    }

    [Test]
    public async Task Every_change_of_concurrent_writers_is_delivered_exactly_once()
    {
        var from = await CurrentRevision() + 1;
        await using var early = Watch(from);
        var half = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var writers = AtOnce(8, async writer =>
        {
            var written = new List<(string, long)>();
            for (var i = 0; i < 40; i++)
            {
                var own = $"own/{writer}/{i % 5}";
                var revision = (await Commit(Put(own, $"{i}"), Put($"shared/{i % 3}", $"{writer}/{i}"))).Revision;
                written.Add((own, revision));
                written.Add(($"shared/{i % 3}", revision));
                if (i == 20)
                    half.TrySetResult();
            }
            return written;
        });
        await half.Task.WaitAsync(Enough);
        await using var late = Watch(from);
        var written = (await writers).SelectMany(each => each).ToList();

        foreach (var feed in new[] { early, late })
        {
            var changes = await feed.Until(written.Count);
            var seen = changes.Select(change => (Name(change.Key), change.Current!.ModRevision)).ToList();
            Assert.That(seen, Is.EquivalentTo(written));
            Assert.That(feed.Sets.Select(set => set.Revision), Is.Ordered.And.Unique);
            Assert.That(
                feed.Sets.SelectMany(set => set.Changes.Select(change => change.Current!.ModRevision == set.Revision)),
                Is.All.True);
            AssertPreviousEntriesFollowOneAnother(changes);
        }
    }

    [Test]
    public async Task A_resumed_watch_neither_repeats_nor_skips_a_change()
    {
        var from = await CurrentRevision() + 1;
        var seen = new List<long>();
        var written = new List<long>();
        for (var round = 0; round < 5; round++)
        {
            for (var i = 0; i < 5; i++)
                written.Add((await Commit(Put("a", $"{round}"), Put("b", $"{round}"))).Revision);
            await foreach (var set in Store.Watch(Everything, from, Enough))
            {
                seen.Add(set.Revision);
                from = set.Revision + 1;
                // It stops in the middle of the changes, and resumes with the rest.
                if (seen.Count == written.Count - (round == 4 ? 0 : 2))
                    break;
            }
        }

        Assert.That(seen, Is.EqualTo(written));
    }

    [Test]
    public async Task A_watch_that_waits_ends_when_it_is_cancelled()
    {
        var from = await Write("key", "value");
        await using var feed = Watch(from);
        await feed.Until(1);

        feed.Cancel();

        Assert.That(() => feed.Ended.WaitAsync(Enough), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Ending_one_watch_leaves_the_others()
    {
        var from = await CurrentRevision() + 1;
        await using var one = Watch(from);
        await using var other = Watch(from);
        await Write("key", "1");
        await one.Until(1);
        await other.Until(1);

        one.Cancel();
        Assert.That(() => one.Ended.WaitAsync(Enough), Throws.InstanceOf<OperationCanceledException>());
        await Write("key", "2");

        var changes = await other.Until(2);
        Assert.That(changes.Select(Short), Is.EqualTo(new[] { "put key=1", "put key=2" }));
        Assert.That(one.Changes, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_watch_without_values_has_their_sizes()
    {
        var from = await Write("key", "");
        await Write("key", new string('x', 100_000));
        await Commit([Compare.Exists(Key("key"))], [new Operation.Touch(Key("key"), null)]);
        await Write("key", "123");
        await Commit(Delete("key"));

        var seen = new List<string>();
        await foreach (var set in Store.Watch(Everything, from, Enough, sizesOnly: true))
        {
            seen.AddRange(set.Changes.Select(change =>
                $"{change.Kind} {Name(change.Key)} {change.Previous?.ValueBytes} to {change.Current?.ValueBytes}"));
            if (seen.Count == 5)
                break;
        }

        Assert.That(seen, Is.EqualTo(new[]
        {
            "Put key  to 0", "Put key 0 to 100000", "Put key 100000 to 100000", "Put key 100000 to 3",
            "Delete key 3 to ",
        }));
    }

    private static (string Text, long Create, long Mod, long Version) Figures(Entry? entry) =>
        (Text(entry), entry?.CreateRevision ?? 0, entry?.ModRevision ?? 0, entry?.Version ?? 0);

    private List<(long, string)> Changes(Feed feed) =>
        feed.Sets.Select(set => (set.Revision, string.Join(';', set.Changes.Select(Short)))).ToList();

    private static void AssertPreviousEntriesFollowOneAnother(IReadOnlyList<Change> changes)
    {
        foreach (var key in changes.GroupBy(change => change.Key))
        {
            var current = key.Select(change => Figures(change.Current)).Prepend(Figures(null)).SkipLast(1);
            Assert.That(key.Select(change => Figures(change.Previous)), Is.EqualTo(current));
        }
    }
}
