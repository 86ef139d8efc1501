using Kv.Domain.Tenants;
using Kv.Domain.Watching;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Dispatching;
using Kv.Infrastructure.Tests.Watching;

namespace Kv.Infrastructure.Tests.Dispatching;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class WebhookRegistryTests
{
    private readonly WebhookRegistry _registry = new();

    [TestCase("a", "a", true)]
    [TestCase("a", "ab", false)]
    [TestCase("a", "A", false)]
    [TestCase("a*", "a", true)]
    [TestCase("a*", "ab/c", true)]
    [TestCase("a*", "ba", false)]
    [TestCase("*", "anything/at all", true)]
    [TestCase("a/locks/b*", "a/locks/b/webhooks/c", true)]
    [TestCase("ä*", "äö", true)]
    public void A_pattern_matches_its_keys(string pattern, string key, bool matches)
    {
        _registry.Set(Some.Webhook(pattern));

        Assert.That(Match(Some.Created(key)), Has.Count.EqualTo(matches ? 1 : 0));
    }

    [Test]
    public void A_change_matches_only_webhooks_of_its_tenant()
    {
        _registry.Set(Some.Webhook("a*", tenant: new Tenant("space", "other")));

        Assert.That(Match(Some.Created("a")), Is.Empty);
    }

    [TestCase("create", 1)]
    [TestCase("update", 0)]
    [TestCase("update,create", 1)]
    [TestCase("*", 1)]
    public void A_webhook_matches_the_events_that_it_asks_for(string events, int count)
    {
        _registry.Set(Some.Webhook("a", events));

        Assert.That(Match(Some.Created("a")), Has.Count.EqualTo(count));
    }

    [TestCase("delete", DeletionReason.Deleted, 1)]
    [TestCase("delete", DeletionReason.Expired, 1)]
    [TestCase("expire", DeletionReason.Deleted, 0)]
    [TestCase("expire", DeletionReason.Expired, 1)]
    public void An_expiry_is_a_deletion_but_a_deletion_is_no_expiry(string events, DeletionReason reason, int count)
    {
        _registry.Set(Some.Webhook("a", events));

        Assert.That(Match(Some.Deleted("a", reason)), Has.Count.EqualTo(count));
    }

    [TestCase(true, 0)]
    [TestCase(false, 1)]
    public void An_update_to_the_same_value_is_ignored_on_request(bool changedOnly, int count)
    {
        _registry.Set(Some.Webhook("a", changedOnly: changedOnly));

        Assert.That(Match(Some.Updated("a", isSameValue: true)), Has.Count.EqualTo(count));
    }

    [Test]
    public void A_changed_webhook_is_found_only_by_its_new_pattern()
    {
        var webhook = Some.Webhook("a*");
        _registry.Set(webhook);
        _registry.Set(Some.Webhook("b", id: webhook.Id));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Match(Some.Created("a")), Is.Empty);
            Assert.That(Match(Some.Created("b")), Has.Count.EqualTo(1));
        }
    }

    [Test]
    public void A_removed_or_disabled_webhook_matches_nothing()
    {
        var (removed, disabled) = (Some.Webhook("a"), Some.Webhook("a*"));
        _registry.Set(removed);
        _registry.Set(disabled);
        disabled.Disable("It is a test.");
        _registry.Remove(removed.Tenant, removed.Id);

        Assert.That(Match(Some.Created("a")), Is.Empty);
    }

    [Test]
    public void One_id_under_two_tenants_is_two_webhooks()
    {
        var (id, other) = (Guid.NewGuid(), new Tenant("space", "other"));
        _registry.Set(Some.Webhook("a", id: id));
        _registry.Set(Some.Webhook("a", id: id, tenant: other));

        Assert.That(
            (_registry.Count, Match(Some.Created("a")).Count, Match(Some.Created("a", tenant: other)).Count),
            Is.EqualTo((2, 1, 1)));

        _registry.Remove(other, id);

        Assert.That(
            (_registry.Count, Match(Some.Created("a")).Count, Match(Some.Created("a", tenant: other)).Count),
            Is.EqualTo((1, 1, 0)));
    }

    [Test]
    public void Every_webhook_that_matches_is_found_once()
    {
        var random = new Random(42);
        var webhooks = Enumerable.Range(0, 500)
            .Select(_ => Some.Webhook(Word(random) + (random.Next(2) == 0 ? "*" : "x"))).ToList();
        webhooks.ForEach(_registry.Set);
        foreach (var webhook in webhooks.Where((_, index) => index % 3 == 0).ToList())
        {
            _registry.Remove(webhook.Tenant, webhook.Id);
            webhooks.Remove(webhook);
        }

        for (var i = 0; i < 500; i++)
        {
            var change = Some.Created(Word(random) + "x");
            Assert.That(Match(change), Is.EquivalentTo(webhooks.Where(webhook => webhook.Matches(change))));
        }
    }

    private static string Word(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => (char)('a' + random.Next(3))));

    private List<Webhook> Match(KeyChanged change)
    {
        var matches = new List<Webhook>();
        _registry.Match(change, matches);
        return matches;
    }
}
