using Kv.Domain.Webhooks;

namespace Kv.Domain.Tests.Webhooks;

internal sealed class WebhookSecretTests
{
    private const string Encoded = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    // The example of the Standard Webhooks specification's own libraries.
    [TestCase(Encoded)]
    [TestCase(WebhookSecret.Prefix + Encoded)]
    public void A_message_is_signed_as_the_specification_says(string secret) => Assert.That(
        WebhookSecret.TryParse(secret)!.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}"u8),
        Is.EqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));

    [Test]
    public void The_id_the_time_and_the_body_are_signed()
    {
        var secret = WebhookSecret.TryParse(Encoded)!;
        var signatures = new[]
        {
            secret.Sign("msg_1", 1, "body"u8),
            secret.Sign("msg_2", 1, "body"u8),
            secret.Sign("msg_1", 2, "body"u8),
            secret.Sign("msg_1", 1, "Body"u8),
            secret.Sign("msg_1", 1, ""u8),
            WebhookSecret.New().Sign("msg_1", 1, "body"u8),
        };

        Assert.That(signatures, Is.Unique.And.All.StartsWith("v1,"));
    }

    [TestCase(WebhookSecret.MinBytes)]
    [TestCase(WebhookSecret.MaxBytes)]
    public void The_written_form_parses_back(int bytes)
    {
        var written = WebhookSecret.Prefix + Convert.ToBase64String(new byte[bytes]);

        Assert.That(WebhookSecret.TryParse(written)!.Reveal(), Is.EqualTo(written));
    }

    [TestCase("")]
    [TestCase("whsec_")]
    [TestCase("whsec_not base64!")]
    [TestCase("WHSEC_" + Encoded)]
    public void Text_that_is_not_base64_is_no_secret(string text) => Assert.That(WebhookSecret.TryParse(text), Is.Null);

    [TestCase(WebhookSecret.MinBytes - 1)]
    [TestCase(WebhookSecret.MaxBytes + 1)]
    public void A_key_that_is_too_short_or_too_long_is_no_secret(int bytes) =>
        Assert.That(WebhookSecret.TryParse(Convert.ToBase64String(new byte[bytes])), Is.Null);

    [Test]
    public void A_new_secret_is_unique_and_parses_back()
    {
        var secret = WebhookSecret.New();

        Assert.That(secret.Reveal(), Is.Not.EqualTo(WebhookSecret.New().Reveal()));
        Assert.That(WebhookSecret.TryParse(secret.Reveal())!.Reveal(), Is.EqualTo(secret.Reveal()));
    }

    [Test]
    public void A_secret_is_not_shown_by_ToString() =>
        Assert.That($"{WebhookSecret.TryParse(Encoded)}", Is.EqualTo("whsec_..."));
}
