using Kv.Api.Tests.Hosting;
using Kv.Domain.Access;

namespace Kv.Api.Tests.Access;

/// <summary>The grants of the caller: <c>GET /whoami</c>.</summary>
internal sealed class CallerTests(Engine engine) : AccessTest(engine)
{
    [Test]
    public async Task A_caller_reads_its_own_grants()
    {
        var secret = await Issue(Of(
            new Grant("shop", "*", "cart/", AccessVerbs.Read | AccessVerbs.Delete),
            new Grant(Kv.Namespace!, Kv.AppName!, "", AccessVerbs.Webhooks)));

        var answer = await Holder(secret, Host.NewTenant()).Send(HttpMethod.Get, "/whoami");

        Assert.That(
            (answer.Status, answer.Body),
            Is.EqualTo((
                200,
                $$"""{"api_key":"{{secret.Id}}","admin":false,"grants":["""
                + """{"namespace":"shop","app":"*","prefix":"cart/","verbs":["read","delete"]},"""
                + $$"""{"namespace":"{{Kv.Namespace}}","app":"{{Kv.AppName}}","prefix":"","verbs":["webhooks"]}]}""")));
    }

    [Test]
    public async Task An_administrator_needs_no_grant() => Assert.That(
        (await (await Administrator()).Send(HttpMethod.Get, "/whoami")).Body,
        Does.EndWith("\"admin\":true,\"grants\":[]}"));

    [Test]
    public async Task A_caller_without_a_credential_is_refused() =>
        ExpectUnauthorized(await Kv.Send(HttpMethod.Get, "/whoami"));

    [Test]
    public async Task Without_authentication_every_caller_may_do_everything() => Assert.That(
        (await (await SharedHosts.Get(Engine)).NewTenant().Send(HttpMethod.Get, "/whoami")).Body,
        Is.EqualTo("""{"admin":true,"grants":[]}"""));
}
