using Kv.Domain.Deliveries;

namespace Kv.Domain.Tests.Deliveries;

internal sealed class DeliveryIdTests
{
    private static readonly Guid Webhook = Guid.Parse("0123456789abcdef0123456789abcdef");

    // Receivers compare ids across upgrades, so the ids never change.
    [TestCase("a", "msg_0123456789abcdef0123456789abcdef_42_ca978112ca1bbdca")]
    [TestCase("日本", "msg_0123456789abcdef0123456789abcdef_42_cf2abf0c5be326cb")]
    public void The_id_of_a_change_is_the_same_on_every_replica(string key, string written) => Assert.That(
        DeliveryId.For(Webhook, 42, key).ToString(), Is.EqualTo(written));

    [Test]
    public void It_differs_by_webhook_revision_and_key() => Assert.That(
        new[]
        {
            DeliveryId.For(Webhook, 42, "a"), DeliveryId.For(Guid.NewGuid(), 42, "a"), DeliveryId.For(Webhook, 43, "a"),
            DeliveryId.For(Webhook, 42, "b"),
        },
        Is.Unique);

    [TestCase(0)]
    [TestCase(42)]
    [TestCase(long.MaxValue)]
    public void The_written_form_parses_back(long revision)
    {
        var id = DeliveryId.For(Webhook, revision, "a/b_c");

        var read = DeliveryId.TryParse(id.ToString());

        Assert.That(read, Is.EqualTo(id));
        Assert.That(read!.Value.WebhookId, Is.EqualTo(Webhook));
        Assert.That(read.Value.Revision, Is.EqualTo(revision));
    }

    [TestCase("")]
    [TestCase("msg_")]
    [TestCase("0123456789abcdef0123456789abcdef_42_ca978112ca1bbdca")]
    [TestCase("MSG_0123456789abcdef0123456789abcdef_42_ca978112ca1bbdca")]
    [TestCase("msg_0123456789abcdef0123456789abcdeg_42_ca978112ca1bbdca")]
    [TestCase("msg_01234567-89ab-cdef-0123-456789abcdef_42_ca978112ca1bbdca")]
    [TestCase("msg_0123456789abcdef0123456789abcdef_-1_ca978112ca1bbdca")]
    [TestCase("msg_0123456789abcdef0123456789abcdef_9223372036854775808_ca978112ca1bbdca")]
    [TestCase("msg_0123456789abcdef0123456789abcdef_42_CA978112CA1BBDCA")]
    [TestCase("msg_0123456789abcdef0123456789abcdef_42_ca978112ca1bbdc")]
    [TestCase("msg_0123456789abcdef0123456789abcdef_42_ca978112ca1bbdca_")]
    public void A_malformed_written_form_is_refused(string text) => Assert.That(DeliveryId.TryParse(text), Is.Null);
}
