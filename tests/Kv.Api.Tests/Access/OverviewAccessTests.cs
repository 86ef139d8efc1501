using Kv.Api.Tests.Hosting;
using Kv.Domain.Access;

namespace Kv.Api.Tests.Access;

/// <summary>The overview needs the rights of an administrator.</summary>
internal sealed class OverviewAccessTests(Engine engine) : AccessTest(engine)
{
    [Test]
    public async Task Only_an_administrator_sees_the_overview()
    {
        var holder = await Holder(AccessVerbs.All);
        var administrator = await Administrator();

        ExpectForbidden(await holder.Send(HttpMethod.Get, "/admin/overview"));
        ExpectUnauthorized(await Kv.Send(HttpMethod.Get, "/admin/overview"));
        Assert.That((await administrator.Send(HttpMethod.Get, "/admin/overview")).Status, Is.EqualTo(200));
    }
}
