using System.Net;
using Kv.Domain.Deliveries;
using Kv.Infrastructure.Deliveries.Targets;

namespace Kv.Api.Tests.Configuration;

/// <summary>Kv reads valid settings of webhooks.</summary>
internal sealed class DeliverySettingsTests
{
    [Test]
    public void Without_settings_the_defaults_are_those_of_the_contract()
    {
        var options = TestOptions.Read();

        Assert.That(options.Limits.MaxWebhooks, Is.EqualTo(5));
        Assert.That(options.Deliveries.DefaultTimeout, Is.EqualTo(TimeSpan.FromSeconds(10)));
        Assert.That(options.Deliveries.UserAgent, Is.EqualTo("github.com/mrofi/simple-golang-kv"));
        Assert.That(options.Deliveries.Targets.Mode, Is.EqualTo(TargetMode.Private));
        Assert.That(options.Deliveries.Targets.Allow, Is.Empty);
        Assert.That(options.Deliveries.Targets.Deny, Is.Empty);
        Assert.That(options.Deliveries.RetrySchedule, Is.SameAs(RetrySchedule.Default));
        Assert.That(options.Deliveries.DisableAfter, Is.EqualTo(TimeSpan.FromDays(5)));
    }

    [Test]
    public void Numbers_and_texts_are_read_unchanged()
    {
        var options = TestOptions.Read(
            ("MAX_WEBHOOKS_ALLOWED", "10000"), ("DEFAULT_WEBHOOK_TIMEOUT_SECONDS", "30"),
            ("WEBHOOK_USER_AGENT", "Kv/1"),
            ("WEBHOOK_TARGETS", "public"));

        Assert.That(options.Limits.MaxWebhooks, Is.EqualTo(10_000));
        Assert.That(options.Deliveries.DefaultTimeout, Is.EqualTo(TimeSpan.FromSeconds(30)));
        Assert.That(options.Deliveries.UserAgent, Is.EqualTo("Kv/1"));
        Assert.That(options.Deliveries.Targets.Mode, Is.EqualTo(TargetMode.Public));
    }

    [Test]
    public void Networks_may_be_addresses_and_have_host_bits()
    {
        var targets = TestOptions.Read(
            ("WEBHOOK_TARGETS_ALLOW", "10.1.2.3/8, fd00::/8"),
            ("WEBHOOK_TARGETS_DENY", "10.2.0.1,::1")).Deliveries.Targets;

        Assert.That(targets.Allow, Is.EqualTo([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("fd00::/8")]));
        Assert.That(targets.Deny, Is.EqualTo([IPNetwork.Parse("10.2.0.1/32"), IPNetwork.Parse("::1/128")]));
    }

    [Test]
    public void Times_have_a_unit()
    {
        var deliveries = TestOptions.Read(
            ("WEBHOOK_RETRY_SCHEDULE", "1ms,5s, 2m,10h,7d"), ("WEBHOOK_DISABLE_AFTER", "365d")).Deliveries;

        // A wait is as scheduled, within a fifth.
        Assert.That(
            Enumerable.Range(1, 5).Select(
                failures => deliveries.RetrySchedule.After(failures, null, Random.Shared)!.Value.TotalSeconds),
            Is.EqualTo(new[] { 0.001, 5, 120, 36_000, 604_800 }).Within(21).Percent);
        Assert.That(deliveries.RetrySchedule.After(6, null, Random.Shared), Is.Null);
        Assert.That(deliveries.DisableAfter, Is.EqualTo(TimeSpan.FromDays(365)));
    }
}
