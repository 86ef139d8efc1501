using System.Net;
using System.Security.Claims;
using Kv.Api.Operation;
using Microsoft.AspNetCore.Http;

namespace Kv.Api.Tests.Operation;

/// <summary>Whom the audit names: whoever the request was authenticated as, by whatever authenticates.</summary>
internal sealed class HttpActorTests
{
    [Test]
    public void Who_was_authenticated_is_named_with_the_address()
    {
        var context = new DefaultHttpContext { User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "ada")], "key")) };
        context.Connection.RemoteIpAddress = IPAddress.Parse("10.1.2.3");
        var actor = new HttpActor(new HttpContextAccessor { HttpContext = context });

        Assert.That((actor.Name, actor.Address), Is.EqualTo(("ada", "10.1.2.3")));
    }

    [Test]
    public void A_name_that_nobody_has_checked_is_none()
    {
        var context = new DefaultHttpContext { User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "ada")])) };

        Assert.That(new HttpActor(new HttpContextAccessor { HttpContext = context }).Name, Is.EqualTo("anonymous"));
    }
}
