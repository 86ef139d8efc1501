using Kv.Api.Tests.Hosting;
using Kv.Api.Tests.KeyValues;
using Kv.Domain.Access;

namespace Kv.Api.Tests.Access;

/// <summary>The tenants that a caller sees.</summary>
internal sealed class TenantListAccessTests(Engine engine) : AccessTest(engine)
{
    [Test]
    public async Task A_caller_sees_the_tenants_that_it_may_read_and_no_others()
    {
        var all = await Administrator();
        foreach (var (space, app) in new[] { ("x", "one"), ("x", "two"), ("y", "one"), ("z", "one") })
            await new KvClient(Host.Http, Kv.Namespace![..^1] + space, app) { Credential = all.Credential }.Put(
                "k", "v");
        string Space(string end) => Kv.Namespace![..^1] + end;

        Assert.That(
            await Seen(new Grant(Space("y"), "one", "", AccessVerbs.Read)), Is.EqualTo(new[] { (Space("y"), "one") }));
        Assert.That(
            await Seen(
                new Grant(Space("x"), "*", "", AccessVerbs.Read), new Grant(Space("y"), "empty", "p", AccessVerbs.All)),
            Is.EqualTo(new[] { (Space("x"), "one"), (Space("x"), "two"), (Space("y"), "empty") }));
        Assert.That(
            await Seen(new Grant("*", "one", "", AccessVerbs.Read)),
            Is.EqualTo(new[] { (Space("x"), "one"), (Space("y"), "one"), (Space("z"), "one") }));
        Assert.That(await Seen(new Grant(Space("x"), "*", "", AccessVerbs.All & ~AccessVerbs.Read)), Is.Empty);
    }

    [Test]
    public async Task Without_a_credential_no_tenant_is_listed() =>
        ExpectUnauthorized(await new KvClient(Host.Http, null, null).Send(HttpMethod.Get, "/tenants"));

    // The host is shared: all namespaces of this test have one prefix.
    private async Task<(string?, string?)[]> Seen(params Grant[] grants)
    {
        var client = new KvClient(Host.Http, null, null) { Credential = (await Issue(Of(grants))).Reveal() };
        var answer = await client.Send(HttpMethod.Get, $"/tenants?prefix={Kv.Namespace![..^1]}");
        Assert.That(TenantListTests.Cursor(answer), Is.Null);
        return TenantListTests.Tenants(answer);
    }
}
