using Kv.Domain.KeyValues;
using Kv.Domain.Quotas;

namespace Kv.Domain.Tests.Quotas;

internal sealed class QuotaTests
{
    private static readonly Quota Both = new(MaxKeys: 10, MaxBytes: 100);

    [TestCase(9, 90, 1, 10, null)]
    [TestCase(10, 90, 1, 1, QuotaKind.Keys)]
    [TestCase(9, 91, 1, 10, QuotaKind.Bytes)]
    [TestCase(10, 100, 1, 1, QuotaKind.Keys)]
    [TestCase(10, 100, 0, 0, null)]
    [TestCase(20, 90, 0, 10, null)]
    [TestCase(20, 200, 0, 0, null)]
    [TestCase(20, 200, 0, -5, null)]
    [TestCase(20, 200, -1, 0, null)]
    [TestCase(20, 200, -1, 1, QuotaKind.Bytes)]
    [TestCase(5, 0, long.MaxValue / 2, 0, QuotaKind.Keys)]
    public void Only_growth_beyond_a_limit_breaks_it(
        long keys, long bytes, long moreKeys, long moreBytes, QuotaKind? broken) =>
        Assert.That(Both.ExceededBy(new Usage(keys, bytes), new Usage(moreKeys, moreBytes)), Is.EqualTo(broken));

    [Test]
    public void An_absent_limit_is_never_broken()
    {
        var huge = new Usage(1L << 50, 1L << 50);

        Assert.That(new Quota(null, 10).ExceededBy(default, huge), Is.EqualTo(QuotaKind.Bytes));
        Assert.That(new Quota(10, null).ExceededBy(default, huge), Is.EqualTo(QuotaKind.Keys));
        Assert.That(new Quota(null, null).ExceededBy(huge, huge), Is.Null);
    }

    [Test]
    public void A_key_counts_by_its_bytes_and_not_by_its_characters() =>
        Assert.That(Usage.ForKey(Key.Parse("grüße"), 3), Is.EqualTo(new Usage(1, 10)));

    [Test]
    public void The_message_names_the_limit_and_the_usage()
    {
        var exceeded = new QuotaExceededException(QuotaKind.Bytes, limit: 100, present: 95, growth: 10);

        Assert.That(exceeded.Message, Does.Contain("100 bytes").And.Contain("has 95").And.Contain("delete"));
    }
}
