using System.Text;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage.Contract;

/// <summary>
/// Promise 6: a lock has one holder at a time, and its fence holds in a transaction only for that holder.
/// </summary>
internal sealed class Locks(EngineUnderTest engine) : StoreContract(engine)
{
    private static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(10);

    [Test]
    public async Task One_of_many_callers_at_a_time_holds_the_lock()
    {
        var inside = 0;
        var crowded = 0;

        await AtOnce(12, async _ =>
        {
            await using var held = await Take("lock");
            if (Interlocked.Increment(ref inside) > 1)
                Interlocked.Increment(ref crowded);
            // Another holder would be seen while this one asks the store.
            await Write("written inside", "value");
            Interlocked.Decrement(ref inside);
        });

        Assert.That(crowded, Is.Zero);
        Assert.That((await Get("written inside"))!.Version, Is.EqualTo(12));
    }

    [Test]
    public async Task A_released_lock_goes_to_the_caller_that_has_waited_longest()
    {
        var held = await Take("lock");
        var first = Take("lock");
        await Waiting("lock", 1);
        var second = Take("lock");
        await Waiting("lock", 2);

        await held.DisposeAsync();
        var next = await first;
        Assert.That(second.IsCompleted, Is.False);

        await next.DisposeAsync();
        await (await second).DisposeAsync();
    }

    [Test]
    public async Task The_entry_of_a_holder_holds_its_note()
    {
        await using (await Store.Lock(Key("lock"), "where it is"u8.ToArray(), TimeToLive, Enough))
            Assert.That(await Notes(), Is.EqualTo(["where it is"]));

        Assert.That(await Notes(), Is.Empty);

        async Task<string[]> Notes()
        {
            var page = await Store.Range(new RangeQuery(KeyRange.Prefix(Key("lock/")), 10), CancellationToken.None);
            return [.. page.Entries.Select(entry => Encoding.UTF8.GetString(entry.Value.Span))];
        }
    }

    [Test]
    public async Task The_fence_holds_while_the_lock_is_held()
    {
        await using var held = await Take("lock");

        Assert.That((await Commit([held.Fence], [Put("key", "1")])).Succeeded, Is.True);
        Assert.That((await Commit([held.Fence], [Put("key", "2")])).Succeeded, Is.True);

        Assert.That(await Get("key"), Has.Property(nameof(Entry.Version)).EqualTo(2));
        Assert.That(held.Lost.IsCancellationRequested, Is.False);
    }

    [Test]
    public async Task The_fence_of_a_released_lock_prevents_writes()
    {
        var held = await Take("lock");
        await held.DisposeAsync();

        Assert.That((await Commit([held.Fence], [Put("key", "late")])).Succeeded, Is.False);

        Assert.That(await Get("key"), Is.Null);
    }

    [Test]
    public async Task The_fence_of_a_former_holder_prevents_writes_while_another_holds_the_lock()
    {
        var former = await Take("lock");
        await former.DisposeAsync();
        await using var present = await Take("lock");

        Assert.That((await Commit([former.Fence], [Put("key", "late")])).Succeeded, Is.False);
        Assert.That((await Commit([present.Fence], [Put("key", "in time")])).Succeeded, Is.True);

        Assert.That(Text(await Get("key")), Is.EqualTo("in time"));
    }

    [Test]
    public async Task A_moved_fence_prevents_writes_that_carry_the_former_one()
    {
        await using var held = await Store.Lock(Key("lock"), "where it is"u8.ToArray(), TimeToLive, Enough);
        var before = held.Fence;

        await held.MoveFence(Enough);
        Assert.That((await Commit([before], [Put("key", "late")])).Succeeded, Is.False);
        Assert.That((await Commit([held.Fence], [Put("key", "in time")])).Succeeded, Is.True);
        await held.MoveFence(Enough);
        Assert.That((await Commit([held.Fence], [Put("key", "in time")])).Succeeded, Is.True);

        Assert.That(Text((await List(Under("lock"))).Single()), Is.EqualTo("where it is"));
        Assert.That(held.Lost.IsCancellationRequested, Is.False);
    }

    [Test]
    public async Task Moving_the_fence_of_a_released_lock_does_not_make_it_hold()
    {
        var former = await Take("lock");
        await former.DisposeAsync();
        await using var present = await Take("lock");

        await former.MoveFence(Enough);

        Assert.That((await Commit([former.Fence], [Put("key", "late")])).Succeeded, Is.False);
    }

    [Test]
    public async Task A_fence_can_be_combined_with_conditions_on_other_keys()
    {
        await Write("other", "value");
        var held = await Take("lock");

        Assert.That((await Commit([held.Fence, Compare.Exists(Key("other"))], [Put("key", "1")])).Succeeded, Is.True);
        Assert.That((await Commit([held.Fence, Compare.Absent(Key("other"))], [Put("key", "2")])).Succeeded, Is.False);
        await held.DisposeAsync();
        Assert.That((await Commit([held.Fence, Compare.Exists(Key("other"))], [Put("key", "3")])).Succeeded, Is.False);

        Assert.That(Text(await Get("key")), Is.EqualTo("1"));
    }

    [Test]
    public async Task A_caller_that_gives_up_waiting_does_not_block_the_others()
    {
        var held = await Take("lock");
        using var givenUp = CancellationTokenSource.CreateLinkedTokenSource(Enough);
        var impatient = Store.Lock(Key("lock"), TimeToLive, givenUp.Token);
        await Waiting("lock", 1);
        var patient = Take("lock");
        await Waiting("lock", 2);

        await givenUp.CancelAsync();

        Assert.That(async () => await impatient, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(patient.IsCompleted, Is.False);
        await held.DisposeAsync();
        await (await patient).DisposeAsync();
        Assert.That(await List(Under("lock")), Is.Empty);
    }

    [Test]
    public async Task A_caller_with_a_cancelled_token_gets_no_lock_and_leaves_no_entry()
    {
        Assert.That(
            () => Store.Lock(Key("lock"), TimeToLive, new CancellationToken(canceled: true)),
            Throws.InstanceOf<OperationCanceledException>());

        Assert.That(await List(Under("lock")), Is.Empty);
        await (await Take("lock")).DisposeAsync();
    }

    [Test]
    public async Task Locks_of_two_names_do_not_exclude_each_other()
    {
        await using var one = await Take("lock");
        await using var other = await Take("lock2");

        Assert.That((await Commit([one.Fence, other.Fence], [Put("key", "value")])).Succeeded, Is.True);
    }

    [Test]
    public async Task A_held_lock_is_visible_under_its_name()
    {
        var held = await Take("lock");

        var entry = (await List(Under("lock"))).Single();
        Assert.That(held.Fence.Range.Contains(entry.Key), Is.True);
        Assert.That(held.Fence.Number, Is.EqualTo(entry.CreateRevision));

        await held.DisposeAsync();
        Assert.That(await List(Under("lock")), Is.Empty);
    }

    [Test]
    public async Task A_lock_may_be_released_twice()
    {
        var held = await Take("lock");
        await held.DisposeAsync();
        await using var next = await Take("lock");

        await held.DisposeAsync();

        Assert.That((await Commit([next.Fence], [Put("key", "value")])).Succeeded, Is.True);
    }

    private Task<IStoreLock> Take(string name) => Store.Lock(Key(name), TimeToLive, Enough);

    private KeyRange Under(string name) => KeyRange.Prefix(Key($"{name}/"));

    private Task Waiting(string name, int count) => Harness.Waiting(Key(name), count);
}
