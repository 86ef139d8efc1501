using Kv.Domain.KeyValues;
using Kv.Domain.Quotas;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Infrastructure.Quotas;
using Kv.Infrastructure.Storage;
using Kv.Testing;
using Moq;

namespace Kv.Infrastructure.Tests.Quotas;

/// <summary>The store calls that judging a write costs, and the fate of its reservation.</summary>
internal sealed class QuotaKeyValuesTests
{
    private static readonly Tenant Us = new Tenant("n", "a");
    private static readonly Key Name = Key.Parse("k");

    private readonly KeyLayout _layout = new(new StoreOptions());
    private readonly Mock<IStore> _store = new(MockBehavior.Strict);
    private readonly Mock<IKeyValueRepository> _inner = new();
    private UsageTotals _totals = null!;
    private QuotaTelemetry _telemetry = null!;
    private UsageCatchUp _catchUp = null!;
    private QuotaKeyValues _keyValues = null!;

    [SetUp]
    public void Make()
    {
        var quota = new Quota(MaxKeys: 2, MaxBytes: null);
        _store.Reset();
        _inner.Reset();
        _store.SetupGet(store => store.Epoch).Returns(Epoch.First);
        _totals = new UsageTotals(quota);
        _telemetry = new QuotaTelemetry(_totals, Meters.Factory);
        _catchUp = new UsageCatchUp(_store.Object, _layout, _totals, TimeProvider.System);
        _keyValues = new QuotaKeyValues(
            _inner.Object, _totals, new QuotaGuard(_totals, _catchUp, _telemetry, quota), _store.Object, _layout);
        _inner.Setup(
            inner => inner.Set(
                Us, Name, It.IsAny<ReadOnlyMemory<byte>>(), It.IsAny<SetOptions>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(new KeyValueWrite(true, 11));
        _totals.Replace(new Dictionary<Tenant, Usage> { [Us] = new(1, 10) }, 10);
        _totals.SetFollowing(true);
    }

    [TearDown]
    public void Dispose()
    {
        _catchUp.Dispose();
    }

    [Test]
    public async Task Below_the_quota_a_write_costs_no_call_of_the_store()
    {
        await Set();

        // A strict mock fails on any call.
        _store.VerifyNoOtherCalls();
    }

    [Test]
    public async Task A_failed_write_gives_its_room_back()
    {
        _inner.Setup(
            inner => inner.Set(
                Us, Name, It.IsAny<ReadOnlyMemory<byte>>(), It.IsAny<SetOptions>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new StoreUnavailableException("away"));
        Assert.That(Set, Throws.TypeOf<StoreUnavailableException>());
        _inner.Setup(
            inner => inner.Set(
                Us, Name, It.IsAny<ReadOnlyMemory<byte>>(), It.IsAny<SetOptions>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(new KeyValueWrite(false, 11));
        await Set();

        Assert.That(_totals.TryReserve(Us, new Usage(1, 1), out _), Is.True);
    }

    [Test]
    public async Task At_the_quota_the_present_entry_is_read_and_an_overwrite_succeeds()
    {
        _totals.Apply(11, [(Us, new Usage(1, 5))]);
        Finds(new Entry(_layout.KeyValue(Us, Name), new byte[3], 5, 5, 1, null), 11);

        await Set();

        _inner.Verify(
            inner => inner.Set(
                Us, Name, It.IsAny<ReadOnlyMemory<byte>>(), It.IsAny<SetOptions>(), It.IsAny<CancellationToken>()));
        _store.Verify(
            store => store.Get(_layout.KeyValue(Us, Name), ReadConsistency.Linearizable, It.IsAny<CancellationToken>()),
            Times.Once);
    }

    [Test]
    public void While_the_watch_is_interrupted_a_write_is_judged_immediately_by_the_last_known_usage()
    {
        _totals.Apply(11, [(Us, new Usage(1, 5))]);
        _totals.SetFollowing(false);
        Finds(null, 500);

        Assert.That(
            Set,
            Throws.TypeOf<QuotaExceededException>().With.Property(nameof(QuotaExceededException.Present)).EqualTo(2));
    }

    [Test]
    public void Before_a_refusal_a_mark_brings_in_the_outstanding_changes()
    {
        _totals.Apply(11, [(Us, new Usage(1, 5))]);
        Finds(null, 20);
        _store.Setup(store => store.Commit(It.IsAny<Transaction>(), It.IsAny<CancellationToken>()))
            .Returns(() =>
            {
                // Another replica has deleted one, and that change comes before the mark.
                _totals.Apply(15, [(Us, new Usage(-1, -5))]);
                _totals.Apply(21, []);
                return new(new CommitResult(true, 21, []));
            });

        Assert.That(Set, Throws.Nothing);
        _store.Verify(store => store.Commit(It.IsAny<Transaction>(), It.IsAny<CancellationToken>()), Times.Once);
    }

    private void Finds(Entry? entry, long revision) => _store
        .Setup(
            store => store.Get(_layout.KeyValue(Us, Name), ReadConsistency.Linearizable, It.IsAny<CancellationToken>()))
        .Returns(() => new(new PointRead(entry, revision)));

    private Task Set() => _keyValues.Set(Us, Name, new byte[3], default, CancellationToken.None);
}
