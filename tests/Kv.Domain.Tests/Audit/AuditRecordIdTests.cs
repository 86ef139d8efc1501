using Kv.Domain.Audit;

namespace Kv.Domain.Tests.Audit;

internal sealed class AuditRecordIdTests
{
    private static readonly DateTimeOffset Time = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    [Test]
    public void The_written_form_parses_back()
    {
        var id = new AuditRecordId(Time.UtcTicks, uint.MaxValue);

        Assert.That(AuditRecordId.TryParse(id.ToString()), Is.EqualTo(id));
        Assert.That(id.ToString(), Does.StartWith(AuditRecordId.TimePart(Time)).And.EndWith("-ffffffff"));
    }

    [Test]
    public void Written_forms_are_in_the_order_of_their_times()
    {
        var forms = new[] { 0, 1, 9, 10, 255, 1L << 40 }.Select(
            later => new AuditRecordId(Time.UtcTicks + later, 7).ToString());

        Assert.That(forms, Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal));
    }

    [TestCase("")]
    [TestCase("08de48a1b2c3d4e5")]
    [TestCase("08de48a1b2c3d4e5-7f0c6f0")]
    [TestCase("08de48a1b2c3d4e5_7f0c6f0e")]
    [TestCase("08DE48A1B2C3D4E5-7f0c6f0e")]
    [TestCase("+8de48a1b2c3d4e5-7f0c6f0e")]
    [TestCase("ffffffffffffffff-7f0c6f0e")]
    [TestCase("7fffffffffffffff-7f0c6f0e")]
    public void A_malformed_written_form_is_refused(string text) => Assert.That(AuditRecordId.TryParse(text), Is.Null);
}
