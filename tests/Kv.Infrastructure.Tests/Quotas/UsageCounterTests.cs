using System.Text;
using Kv.Domain.Quotas;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Infrastructure.Quotas;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Storage.Contract;
using Kv.Infrastructure.Tests.Watching;
using Kv.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kv.Infrastructure.Tests.Quotas;

/// <summary>
/// The usage of tenants is counted right, even if the watch fails. Each engine has a store of the fixture's own.
/// </summary>
internal sealed class UsageCounterTests(EngineUnderTest engine) : StoreContract(engine)
{
    private static readonly Tenant Us = new Tenant("n", "a");

    private KeyLayout _layout = null!;
    private CountedStore _store = null!;
    private UsageTotals _totals = null!;
    private QuotaTelemetry _telemetry = null!;
    private UsageCounter _counter = null!;

    protected override Task<StoreHarness> Open() => Engine.OpenAlone();

    [SetUp]
    public void Make()
    {
        _layout = new KeyLayout(new StoreOptions { BaseKeyPrefix = $"quota/{Guid.NewGuid():N}" });
        _store = new CountedStore(Store);
        _totals = new UsageTotals(new Quota(100, null));
        _telemetry = new QuotaTelemetry(_totals, Meters.Factory);
        _counter = new UsageCounter(
            _store, _layout, _totals, _telemetry, TimeProvider.System, NullLogger<UsageCounter>.Instance);
    }

    [TearDown]
    public async Task Stop()
    {
        await _counter.StopAsync(CancellationToken.None);
        _counter.Dispose();
        await _store.DisposeAsync();
    }

    [Test]
    public async Task Existing_and_changed_keys_of_tenants_are_counted_and_other_keys_are_not()
    {
        await Set("one", "12345");
        await Set("two", "12345");
        await Store.Commit(Transaction.Unconditional(
            new Operation.Put(_layout.Content(Us, Domain.KeyValues.Key.Parse("one")), Bytes("text/plain")),
            new Operation.Put(_layout.Webhook(Us, Guid.NewGuid()), Bytes("{}")),
            new Operation.Put(StoreKey.FromText($"{_layout.KeyValues.Start}no-tenant"), Bytes("x"))), Enough);
        for (var number = 0; number < 50; number++)
            await Set($"many/{number:d2}", "");
        await _counter.StartAsync(Enough);
        await Counted(52, 6 + 10 + (50 * 7));

        await Set("one", "123");
        await Set("grüße", "1");
        await Remove("two");
        await Counted(52, (3 + 3) + (7 + 1) + (50 * 7));

        for (var number = 0; number < 50; number++)
            await Remove($"many/{number:d2}");
        await Remove("one");
        await Remove("grüße");
        await Counted(0, 0);
        Assert.That(_totals.Tenants, Is.Zero);
    }

    [Test]
    public async Task An_expired_key_counts_until_it_is_removed()
    {
        var second = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 2;
        for (var number = 0; number < 20; number++)
            await Set($"soon/{number}", "value", second);
        await Set("kept", "1");
        await Eventually.Holds(
            () => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() >= second, "they have expired");

        // Some may be removed and others not: in both cases nothing is subtracted twice.
        await _counter.StartAsync(Enough);
        await Counted(1, 5);
        Assert.That(_totals.Apply(_totals.Revision, []), Is.True);
    }

    [Test]
    public async Task A_failed_watch_resumes_at_its_position()
    {
        await Set("one", "1");
        await _counter.StartAsync(Enough);
        await Counted(1, 4);

        await _store.Break(new StoreUnavailableException("The test breaks it."));
        await Set("two", "2");

        await Counted(2, 8);
        Assert.That(_totals.State, Is.EqualTo(UsageState.Following));
        Assert.That(_store.Begun, Is.GreaterThan(1));
    }

    [Test]
    public async Task After_a_compaction_beyond_the_watch_everything_is_counted_again()
    {
        await Set("one", "1");
        await Set("gone", "1");
        await _counter.StartAsync(Enough);
        await Counted(2, 9);
        await _counter.StopAsync(Enough);
        await Remove("gone");
        await Set("two", "22");
        await Harness.Compact(await Set("three", "333"));

        // It continues from the totals that it has, as after a watch that was cut off.
        await _counter.StartAsync(Enough);

        await Counted(3, 4 + 5 + 8);
    }

    [Test]
    public async Task A_store_that_is_unavailable_at_the_start_is_asked_again()
    {
        await Set("one", "1");
        _store.RangeFailure = new StoreUnavailableException("The test has it away.");
        await _counter.StartAsync(Enough);
        await Eventually.Holds(() => _store.RangeFailures > 2, "it is asked again");
        Assert.That(_totals.State, Is.EqualTo(UsageState.Counting));

        _store.RangeFailure = null;

        await Counted(1, 4);
    }

    private Task Counted(long keys, long bytes) => Eventually.Holds(
        () => _totals.State == UsageState.Following && _totals.Find(Us)!.Usage == new Usage(keys, bytes),
        $"{keys} keys and {bytes} bytes are counted", TimeSpan.FromSeconds(40));

    private async Task<long> Set(string key, string value, long? deadline = null) => (await Store.Commit(
        Transaction.Unconditional(
            new Operation.Put(
                _layout.KeyValue(Us, Domain.KeyValues.Key.Parse(key)), Encoding.UTF8.GetBytes(value),
                deadline)), Enough)).Revision;

    private async Task Remove(string key) =>
        await Store.Commit(
            Transaction.Unconditional(new Operation.Delete(_layout.KeyValue(Us, Domain.KeyValues.Key.Parse(key)))),
            Enough);
}
