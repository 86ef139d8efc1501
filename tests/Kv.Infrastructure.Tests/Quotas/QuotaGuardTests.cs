using Kv.Domain.Idempotency;
using Kv.Domain.Quotas;
using Kv.Domain.Tenants;
using Kv.Infrastructure.Quotas;
using Kv.Infrastructure.Storage;
using Moq;

namespace Kv.Infrastructure.Tests.Quotas;

/// <summary>Who is refused, and who is not.</summary>
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
        _telemetry = new QuotaTelemetry(_totals);
        _catchUp = new UsageCatchUp(
            new Mock<IStore>(MockBehavior.Strict).Object, new KeyLayout(new StoreOptions()), _totals,
            TimeProvider.System);
        _guard = new QuotaGuard(_totals, _catchUp, _telemetry, quota);
        _totals.Replace(new Dictionary<Tenant, Usage> { [Us] = new(1, 10) }, 10);
        _totals.Follows(true);
    }

    [TearDown]
    public void Dispose()
    {
        _catchUp.Dispose();
        _telemetry.Dispose();
    }

    [Test]
    public async Task A_request_whose_first_is_done_and_counted_while_it_is_judged_is_not_refused()
    {
        var looks = new Queue<WriteGrowth?>([TooMuch, TooMuch, null]);

        var admitted = await _guard.Admit(Us, Once, _ => Task.FromResult(looks.Dequeue()), CancellationToken.None);

        Assert.That(admitted, Is.EqualTo(default(Reservation)), "it writes nothing any more");
    }

    [TestCase(true, 3)]
    [TestCase(false, 2)]
    public void One_that_was_not_done_is_refused(bool isNamed, int looks)
    {
        var looked = 0;

        Assert.That(
            () => _guard.Admit(Us, isNamed ? Once : null, Look, CancellationToken.None),
            Throws.TypeOf<QuotaExceededException>().With.Property(nameof(QuotaExceededException.Present)).EqualTo(1));
        Assert.That(looked, Is.EqualTo(looks), "only what may have been done is looked for once more");

        Task<WriteGrowth?> Look(CancellationToken cancellationToken)
        {
            looked++;
            return Task.FromResult<WriteGrowth?>(TooMuch);
        }
    }
}
