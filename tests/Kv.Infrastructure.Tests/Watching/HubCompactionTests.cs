using Kv.Domain.Storage;
using Kv.Infrastructure.Tests.Storage.Contract;

namespace Kv.Infrastructure.Tests.Watching;

/// <summary>What the store has forgotten cannot be told. These tests have a store of their own.</summary>
internal sealed class HubCompactionTests(StoreEngine engine) : HubTests(engine)
{
    protected override Task<StoreHarness> Open() => Engine.OpenAlone();

    [Test]
    public async Task A_watch_of_what_the_store_has_forgotten_is_refused()
    {
        var start = await Set("k", "1");
        await Set("k", "2");
        var compacted = await Set("k", "3");
        await Harness.Compact(compacted);

        foreach (var since in new[] { 0, start })
            Assert.That(
                async () => await Hub.Open(Us, All, since, Enough),
                Throws.TypeOf<RevisionCompactedException>()
                    .With.Property(nameof(RevisionCompactedException.CompactRevision)).EqualTo(compacted));
        Assert.That(Hub.Watches, Is.Zero);

        await using var watch = await Hub.Open(Us, All, compacted, Enough);
        await Set("k", "4");
        Assert.That(await Take(watch, 1), Is.EqualTo(new[] { "k=4" }));
    }
}
