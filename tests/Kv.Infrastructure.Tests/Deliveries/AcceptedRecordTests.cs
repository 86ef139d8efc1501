using Kv.Domain.Deliveries;
using Kv.Domain.KeyValues;
using Kv.Infrastructure.Deliveries;

namespace Kv.Infrastructure.Tests.Deliveries;

internal sealed class AcceptedRecordTests
{
    private static readonly Guid Webhook = Guid.NewGuid();

    [Test]
    public void The_written_form_is_read_back()
    {
        AcceptedDelivery[] written =
            [Accepted(2, "k\"\u65e5\n", KeyChangeKind.Expire), Accepted(1, "k", KeyChangeKind.Create)];

        Assert.That(AcceptedRecord.Read(Webhook, AcceptedRecord.Write(written)), Is.EqualTo(written));
    }

    [Test]
    public void The_latest_hundred_are_kept()
    {
        var written = Enumerable.Range(1, 250).Reverse().Select(number => Accepted(number, "k", KeyChangeKind.Update))
            .ToArray();

        Assert.That(
            AcceptedRecord.Read(Webhook, AcceptedRecord.Write(written)), Is.EqualTo(written[..AcceptedDelivery.Kept]));
    }

    [TestCase("x")]
    [TestCase("\u65e5")]
    [TestCase("\0")]
    [TestCase("\"")]
    public void Long_keys_displace_the_earliest_ones(string letter)
    {
        var key = string.Concat(Enumerable.Repeat(letter, 1000));
        var written = Enumerable.Range(1, AcceptedDelivery.Kept).Reverse()
            .Select(number => Accepted(number, key, KeyChangeKind.Update)).ToArray();

        var stored = AcceptedRecord.Write(written);

        Assert.That(stored, Has.Length.LessThanOrEqualTo(64 * 1024));
        var read = AcceptedRecord.Read(Webhook, stored);
        Assert.That(read, Is.Not.Empty.And.EqualTo(written[..read.Count]));
    }

    [Test]
    public void Keys_of_the_default_length_displace_none()
    {
        var key = new string('\u65e5', new Domain.Limits().MaxKeyLength);
        var written = Enumerable.Range(1, AcceptedDelivery.Kept)
            .Select(number => Accepted(long.MaxValue - number, key, KeyChangeKind.Update));

        Assert.That(
            AcceptedRecord.Read(Webhook, AcceptedRecord.Write(written)), Has.Count.EqualTo(AcceptedDelivery.Kept));
    }

    [TestCase("")]
    [TestCase("null")]
    [TestCase("{}")]
    [TestCase("""[{"key":"k"}]""")]
    public void An_unreadable_record_is_empty(string stored) =>
        Assert.That(AcceptedRecord.Read(Webhook, System.Text.Encoding.UTF8.GetBytes(stored)), Is.Empty);

    private static AcceptedDelivery Accepted(long revision, string key, KeyChangeKind kind) => new(
        DeliveryId.For(Webhook, revision, key), kind, key, AttemptCount: 1,
        DateTimeOffset.UnixEpoch.AddSeconds(revision % 1000),
        TimeSpan.FromMilliseconds(7), Status: 204);
}
