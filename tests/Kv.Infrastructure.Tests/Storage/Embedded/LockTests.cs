using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage.Embedded;

/// <summary>Locks of a store that one process has to itself.</summary>
internal sealed class LockTests : EmbeddedTest
{
    [Test]
    public async Task A_lock_that_was_held_when_the_store_closed_is_free_after_reopening_and_its_fence_is_void()
    {
        var former = await Take();
        await Reopen();
        Assert.That((await List()).Entries, Has.Count.EqualTo(1), "the entry was left behind");

        await using var held = await Take();

        Assert.That(await Holds(former.Fence), Is.False);
        Assert.That(await Holds(held.Fence), Is.True);
    }

    [Test]
    public async Task A_closed_store_loses_its_locks_and_its_waiting_callers_fail()
    {
        var held = await Take();
        var waiting = Take();

        await Store.DisposeAsync();

        Assert.That(held.Lost.IsCancellationRequested, Is.True);
        Assert.That(async () => await waiting, Throws.TypeOf<StoreUnavailableException>());
        Assert.That(Take, Throws.TypeOf<StoreUnavailableException>());
        Assert.That(async () => await held.DisposeAsync(), Throws.Nothing);
    }

    private Task<IStoreLock> Take() => Store.Lock(Key("lock"), TimeSpan.FromSeconds(10), CancellationToken.None);

    private async Task<bool> Holds(Compare fence) => (await Commit(new Transaction([fence], []))).Succeeded;
}
