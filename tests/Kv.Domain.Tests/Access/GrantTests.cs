using Kv.Domain.Access;

namespace Kv.Domain.Tests.Access;

internal sealed class GrantTests
{
    [TestCase("shop/billing:read", "shop", "billing", "", AccessVerbs.Read)]
    [TestCase("shop/billing:read,write:invoice:", "shop", "billing", "invoice:", AccessVerbs.Read | AccessVerbs.Write)]
    [TestCase("*/*:read,write,delete,webhooks", "*", "*", "", AccessVerbs.All)]
    [TestCase("a%3Ab/c%2520:delete:x%20y%3A", "a:b", "c%20", "x y:", AccessVerbs.Delete)]
    [TestCase("a/b:webhooks:", "a", "b", "", AccessVerbs.Webhooks)]
    public void A_grant_is_read_from_its_written_form_and_back(
        string text, string space, string app, string prefix, AccessVerbs verbs)
    {
        var grant = Grant.TryParse(text);

        Assert.That(grant, Is.EqualTo(new Grant(space, app, prefix, verbs)));
        Assert.That(Grant.TryParse(grant!.ToString()), Is.EqualTo(grant));
    }

    [TestCase("")]
    [TestCase("shop")]
    [TestCase("shop/billing")]
    [TestCase("shop/billing:")]
    [TestCase("shop/billing:own")]
    [TestCase("shop/billing:read,")]
    [TestCase("shop/billing:READ")]
    [TestCase("shop/billing:read, write")]
    [TestCase("/billing:read")]
    [TestCase("shop/:read")]
    [TestCase("a/b/c:read")]
    [TestCase("a%2Fb/c:read")]
    [TestCase("shop*/billing:read")]
    [TestCase("shop/%00:read")]
    [TestCase("shop:read/billing")]
    public void A_malformed_grant_grants_nothing(string text) => Assert.That(Grant.TryParse(text), Is.Null);

    [TestCase("in:k", true)]
    [TestCase("in:", true)]
    [TestCase("in", false)]
    [TestCase("", false)]
    [TestCase("IN:k", false)]
    [TestCase("xin:k", false)]
    public void Keys_are_allowed_by_their_prefix(string key, bool allowed) =>
        Assert.That(
            new Grant("n", "a", "in:", AccessVerbs.Read).Allows(AccessVerbs.Read, "n", "a", key), Is.EqualTo(allowed));

    [Test]
    public void Without_a_grant_nothing_is_allowed_and_an_administrator_may_do_everything()
    {
        Assert.That(Grants.None.Cover("n", "a"), Is.False);
        Assert.That(Grants.None.Allow(AccessVerbs.Read, "n", "a", "k"), Is.False);
        Assert.That(Grants.All.Allow(AccessVerbs.Webhooks, "n", "a", ""), Is.True);
    }

    [Test]
    public void A_grant_covers_its_tenant_only_with_its_own_verb()
    {
        var grants = new Grants(isAdministrator: false, [new Grant("n", "a", "p", AccessVerbs.Read)]);

        Assert.That(grants.Cover("n", "a"), Is.True);
        Assert.That(grants.Cover("n", "a", AccessVerbs.Write), Is.False);
        Assert.That(grants.Cover("n", "b"), Is.False);
    }
}
