using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage.Contract;

/// <summary>The sixth promise: a lock has one holder at a time, and its fence holds for that holder alone.</summary>
internal sealed class Locks(StoreEngine engine) : StoreContract(engine)
{
    private static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(10);

    [Test]
    public async Task Of_many_who_ask_one_at_a_time_has_it()
    {
        var (holders, most) = (0, 0);
        await AtOnce(12, async _ =>
        {
            await using var held = await Take();
            most = Math.Max(most, Interlocked.Increment(ref holders));
            await Write("counted", "");
            Interlocked.Decrement(ref holders);
        });

        Assert.That(most, Is.EqualTo(1));
        Assert.That((await Get("counted"))!.Version, Is.EqualTo(12));
    }

    [Test]
    public async Task Given_back_it_goes_to_the_one_who_waits()
    {
        var first = await Take();
        var waiting = Take();
        await Write("in between", "");

        Assert.That(waiting.IsCompleted, Is.False);
        await first.DisposeAsync();
        await using var second = await waiting;
        Assert.That(second.Lost.IsCancellationRequested, Is.False);
    }

    [Test]
    public async Task The_fence_holds_while_the_lock_is_held_and_not_a_moment_longer()
    {
        var first = await Take();
        Assert.That((await Commit([first.Fence], [Put("k", "first")])).Succeeded, Is.True);
        var waiting = Take();
        await first.DisposeAsync();
        Assert.That((await Commit([first.Fence], [Put("k", "late")])).Succeeded, Is.False);

        await using var second = await waiting;
        Assert.That((await Commit([first.Fence], [Put("k", "later")])).Succeeded, Is.False);
        Assert.That((await Commit([second.Fence], [Put("k2", "second")])).Succeeded, Is.True);
        Assert.That(await Listed(KeyRange.Between(Key("k"), Key("k3"))), Is.EqualTo(new[] { "k=first", "k2=second" }));
    }

    [Test]
    public async Task Who_gives_up_waiting_leaves_the_lock_to_others()
    {
        var first = await Take();
        using var impatient = new CancellationTokenSource();
        var given = Store.Lock(Key("lock"), TimeToLive, impatient.Token);
        var patient = Take();
        await impatient.CancelAsync();

        Assert.That(() => given, Throws.InstanceOf<OperationCanceledException>());
        await first.DisposeAsync();
        await using var held = await patient;
        Assert.That((await Commit([held.Fence], [Put("k", "")])).Succeeded, Is.True);
    }

    [Test]
    public async Task Locks_of_two_names_do_not_exclude_each_other()
    {
        await using var one = await Take();
        await using var other = await Take("other");

        Assert.That((await Commit([one.Fence, other.Fence], [Put("k", "")])).Succeeded, Is.True);
    }

    [Test]
    public async Task Who_holds_a_lock_has_an_entry_under_its_name()
    {
        var held = await Take();
        Assert.That(await List(KeyRange.Prefix(Key("lock/"))), Has.Count.EqualTo(1));

        await held.DisposeAsync();
        Assert.That(await List(KeyRange.Prefix(Key("lock/"))), Is.Empty);
    }

    private Task<IStoreLock> Take(string name = "lock") => Store.Lock(Key(name), TimeToLive, Enough);
}
