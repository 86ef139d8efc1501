using FsCheck;
using FsCheck.Fluent;
using Kv.Domain.Tenants;

namespace Kv.Domain.Tests.Tenants;

internal sealed class TenantTests
{
    private static readonly string[] NotNames = ["", "/", "a/b", "/a", "a/", "*", "a*", "a\0", "\n", "a\u007F"];

    [TestCase("default")]
    [TestCase("a b")]
    [TestCase(" ")]
    [TestCase("..")]
    [TestCase("日本👍")]
    public void A_tenant_keeps_its_names(string name)
    {
        var tenant = new Tenant(name, "app");

        Assert.That(tenant.Namespace, Is.EqualTo(name));
        Assert.That(tenant.AppName, Is.EqualTo("app"));
        Assert.That(new Tenant("namespace", name).AppName, Is.EqualTo(name));
    }

    [TestCaseSource(nameof(NotNames))]
    [TestCaseSource(typeof(IllFormed), nameof(IllFormed.Texts))]
    public void A_malformed_name_makes_no_tenant(string text)
    {
        Assert.That(Tenant.IsName(text), Is.False);
        Assert.That(() => new Tenant(text, "app"), Throws.ArgumentException);
        Assert.That(() => new Tenant("namespace", text), Throws.ArgumentException);
    }

    [Test]
    public void Tenants_are_equal_when_both_names_are()
    {
        var name = new string('a', 1);
        Assert.That(new Tenant(name, "b"), Is.EqualTo(new Tenant("a", "b")));
        Assert.That(new Tenant("a", "b"), Is.Not.EqualTo(new Tenant("b", "a")));
        Assert.That(new Tenant("a", "b"), Is.Not.EqualTo(new Tenant("A", "b")));
    }

    [Test]
    public void Two_tenants_never_share_a_place_in_the_store() =>
        Prop.ForAll<(string, string), (string, string)>((left, right) =>
                !AreNames(left) || !AreNames(right) || left == right
                || $"{left.Item1}/{left.Item2}/" != $"{right.Item1}/{right.Item2}/")
            .QuickCheckThrowOnFailure();

    [Test]
    public void Any_text_makes_a_tenant_or_is_refused() =>
        Prop.ForAll<string>(text => text is null || Tenant.IsName(text) == Makes(text)).QuickCheckThrowOnFailure();

    private static bool AreNames((string? Namespace, string? AppName) names) =>
        names is ({ } space, { } app) && Tenant.IsName(space) && Tenant.IsName(app);

    private static bool Makes(string text)
    {
        try
        {
            return new Tenant(text, text).Namespace == text;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
