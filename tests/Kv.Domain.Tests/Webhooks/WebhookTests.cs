using Kv.Domain.Access;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Kv.Domain.Watching;
using Kv.Domain.Webhooks;

namespace Kv.Domain.Tests.Webhooks;

internal sealed class WebhookTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private static readonly Tenant Tenant = new Tenant("shop", "cart");
    private static readonly WebhookSecret First = WebhookSecret.New();
    private static readonly WebhookSecret Second = WebhookSecret.New();
    private static readonly WebhookSecret Third = WebhookSecret.New();

    [Test]
    public void Without_a_secret_nothing_is_signed() => Assert.That(NewWebhook().Sign("msg_1", 1, "body"u8), Is.Null);

    [Test]
    public void For_a_day_after_a_rotation_both_secrets_sign_and_the_new_one_is_first()
    {
        var webhook = NewWebhook();
        webhook.SetSecret(First);
        webhook.RotateSecret(Second, Now);
        var until = Now.AddDays(1).ToUnixTimeSeconds();

        Assert.That(webhook.Sign("msg_1", until - 1, "body"u8), Is.EqualTo(
            $"{Second.Sign("msg_1", until - 1, "body"u8)} {First.Sign("msg_1", until - 1, "body"u8)}"));
        Assert.That(webhook.Sign("msg_1", until, "body"u8), Is.EqualTo(Second.Sign("msg_1", until, "body"u8)));
    }

    [Test]
    public void A_second_rotation_leaves_the_last_two()
    {
        var webhook = NewWebhook();
        webhook.SetSecret(First);
        webhook.RotateSecret(Second, Now);
        webhook.RotateSecret(Third, Now);
        var second = Now.ToUnixTimeSeconds();

        Assert.That(webhook.Sign("msg_1", second, "body"u8), Is.EqualTo(
            $"{Third.Sign("msg_1", second, "body"u8)} {Second.Sign("msg_1", second, "body"u8)}"));
    }

    [Test]
    public void The_first_secret_replaces_none()
    {
        var webhook = NewWebhook();
        webhook.RotateSecret(First, Now);

        Assert.That(webhook.Sign("msg_1", 1, "body"u8), Is.EqualTo(First.Sign("msg_1", 1, "body"u8)));
        Assert.That(webhook.PreviousSecret, Is.Null);
        Assert.That(webhook.PreviousSecretUntil, Is.Zero);
    }

    [Test]
    public void A_secret_that_is_set_is_the_only_one()
    {
        var webhook = NewWebhook();
        webhook.SetSecret(First);
        webhook.RotateSecret(Second, Now);
        webhook.SetSecret(Third);

        Assert.That(webhook.Sign("msg_1", 1, "body"u8), Is.EqualTo(Third.Sign("msg_1", 1, "body"u8)));
    }

    [Test]
    public void It_matches_the_changes_that_its_pattern_and_its_events_name()
    {
        var webhook = NewWebhook(settings => settings with { Events = EventFilter.TryParse(["create"])!.Value });

        Assert.That(webhook.Matches(Created("a/1")), Is.True);
        Assert.That(webhook.Matches(Created("b")), Is.False);
        Assert.That(webhook.Matches(Updated("a/1", isSameValue: false)), Is.False);
    }

    [TestCase(false, false, true)]
    [TestCase(false, true, true)]
    [TestCase(true, false, true)]
    [TestCase(true, true, false)]
    public void An_update_that_changes_nothing_may_be_ignored(bool changedOnly, bool isSameValue, bool wanted) =>
        Assert.That(
        NewWebhook(settings => settings with { ChangedOnly = changedOnly }).Matches(Updated("a/1", isSameValue)),
        Is.EqualTo(wanted));

    [Test]
    public void While_it_is_disabled_it_matches_nothing()
    {
        var webhook = NewWebhook();

        webhook.Disable("The receiver answered 410 Gone.");
        Assert.That(webhook.IsActive, Is.False);
        Assert.That(webhook.DisabledReason, Is.EqualTo("The receiver answered 410 Gone."));
        Assert.That(webhook.Matches(Created("a/1")), Is.False);
        webhook.Enable(by: null);
        Assert.That(webhook.Matches(Created("a/1")), Is.True);
    }

    [Test]
    public void The_principal_that_changes_the_endpoint_or_enables_it_is_recorded()
    {
        var (first, second, third) =
            (Principal.OfApiKey("1"), Principal.OfApiKey("2"), Principal.OfToken("3", "issuer"));
        var webhook = new Webhook(Guid.NewGuid(), Tenant, NewWebhook().Settings, 0, first);

        webhook.Change(webhook.Settings with { Method = "PUT" }, second);
        webhook.Enable(second);
        Assert.That(webhook.RegisteredBy, Is.EqualTo(first));
        webhook.Change(webhook.Settings with { Endpoint = "https://shop.example/other" }, second);
        Assert.That(webhook.RegisteredBy, Is.EqualTo(second));
        webhook.Disable("Because.");
        webhook.Enable(third);
        Assert.That(webhook.RegisteredBy, Is.EqualTo(third));
    }

    private static Webhook NewWebhook(Func<WebhookSettings, WebhookSettings>? change = null)
    {
        var settings = new WebhookSettings
        {
            Pattern = KeyPattern.Parse("a/*"),
            Events = EventFilter.TryParse(["*"])!.Value,
            Endpoint = "https://shop.example/hook",
        };
        return new Webhook(Guid.NewGuid(), Tenant, change?.Invoke(settings) ?? settings, Now.ToUnixTimeSeconds());
    }

    private static KeyCreated Created(string key) => new(Tenant, Key.Parse(key), 7, 1, default, null);

    private static KeyUpdated Updated(string key, bool isSameValue) =>
        new(Tenant, Key.Parse(key), 7, 1, default, null, isSameValue);
}
