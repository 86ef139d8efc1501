using Kv.Domain.Storage;
using Kv.Infrastructure.Tests.Storage.Contract;

namespace Kv.Infrastructure.Tests.Watching;

/// <summary>Compacted changes cannot be delivered. These tests have a store of their own.</summary>
internal sealed class HubCompactionTests(EngineUnderTest engine) : HubTests(engine)
{
    protected override Task<StoreHarness> Open() => Engine.OpenAlone();

    [Test]
    public async Task A_watch_from_a_compacted_revision_is_refused()
    {
        var start = await Set("k", "1");
        await Set("k", "2");
        var compacted = await Set("k", "3");
        await Harness.Compact(compacted);

        foreach (var since in new[] { 0, start })
            Assert.That(
                async () => await Feed.Open(Us, All, since, Enough),
                Throws.TypeOf<RevisionCompactedException>()
                    .With.Property(nameof(RevisionCompactedException.CompactRevision)).EqualTo(compacted));
        Assert.That(Hub.Watches, Is.Zero);

        await using var watch = await Feed.Open(Us, All, compacted, Enough);
        await Set("k", "4");
        Assert.That(await Take(watch, 1), Is.EqualTo(new[] { "k=4" }));
    }

    [Test]
    public async Task Only_a_watch_whose_position_is_compacted_is_told_so()
    {
        await using var behind = await Open();
        await Set("k", "1");
        await Take(behind, 1);
        var held = new TaskCompletionSource();
        Counted.BeforeChanges = () => held.Task;
        await Set("k", "2");
        var compacted = await Set("k", "3");
        await using var later = await Open();
        await Harness.Compact(compacted);

        await Counted.Break(new RevisionCompactedException(compacted));
        held.SetResult();

        Assert.That(async () => await Take(behind, 2), Throws.TypeOf<RevisionCompactedException>());
        Assert.That(behind.Position, Is.LessThan(compacted));
        Assert.That(await later.Next(Long, Enough), Is.Null);
        Assert.That(later.Position, Is.GreaterThanOrEqualTo(compacted));
        await using var resumed = await Open(since: later.Position);
        await Set("k", "4");
        Assert.That(await Take(resumed, 1), Is.EqualTo(new[] { "k=4" }));
    }
}
