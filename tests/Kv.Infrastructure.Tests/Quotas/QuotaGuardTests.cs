using Kv.Domain.Idempotency;
using Kv.Domain.Quotas;
using Kv.Domain.Tenants;
using Kv.Infrastructure.Quotas;
using Kv.Infrastructure.Storage;
using Kv.Testing;
using Moq;

namespace Kv.Infrastructure.Tests.Quotas;

/// <summary>The requests that the quota refuses, and those that it admits.</summary>
internal sealed class QuotaGuardTests
{
    private static readonly Tenant Us = new Tenant("n", "a");
    private static readonly IdempotentRequest Once = new("once", new byte[] { 1 });
    private static readonly WriteGrowth TooMuch = new(new Usage(1, 10), 10);

    private UsageTotals _totals = null!;
    private QuotaTelemetry _telemetry = null!;
    private UsageCatchUp _catchUp = null!;
    private QuotaGuard _guard = null!;

    [SetUp]
    public void Make()
    {
        var quota = new Quota(MaxKeys: 1, MaxBytes: null);
        _totals = new UsageTotals(quota);
        _telemetry = new QuotaTelemetry(_totals, Meters.Factory);
        _catchUp = new UsageCatchUp(
            new Mock<IStore>(MockBehavior.Strict).Object, new KeyLayout(new StoreOptions()), _totals,
            TimeProvider.System);
        _guard = new QuotaGuard(_totals, _catchUp, _telemetry, quota);
        _totals.Replace(new Dictionary<Tenant, Usage> { [Us] = new(1, 10) }, 10);
        _totals.SetFollowing(true);
    }

    [TearDown]
    public void Dispose()
    {
        _catchUp.Dispose();
    }

    [Test]
    public async Task A_repeat_whose_first_request_is_counted_during_the_judgement_is_not_refused()
    {
        var looks = new Queue<WriteGrowth?>([TooMuch, TooMuch, null]);

        var admitted = await _guard.Admit(Us, Once, _ => Task.FromResult(looks.Dequeue()), CancellationToken.None);

        Assert.That(admitted, Is.EqualTo(default(Reservation)), "the repeat writes nothing");
    }

    [TestCase(true, 3)]
    [TestCase(false, 2)]
    public void A_repeat_whose_first_request_was_not_applied_is_refused(bool isNamed, int looks)
    {
        var looked = 0;

        Assert.That(
            () => _guard.Admit(Us, isNamed ? Once : null, Look, CancellationToken.None),
            Throws.TypeOf<QuotaExceededException>().With.Property(nameof(QuotaExceededException.Present)).EqualTo(1));
        Assert.That(looked, Is.EqualTo(looks), "only a write that may have been applied is checked once more");

        Task<WriteGrowth?> Look(CancellationToken cancellationToken)
        {
            looked++;
            return Task.FromResult<WriteGrowth?>(TooMuch);
        }
    }
}
