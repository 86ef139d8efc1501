using System.Net;
using System.Security.Claims;
using Kv.Api.Access;
using Kv.Api.Audit;
using Kv.Domain.Access;
using Microsoft.AspNetCore.Http;

namespace Kv.Api.Tests.Audit;

/// <summary>The audit names the caller whose credentials are valid.</summary>
internal sealed class HttpActorTests
{
    [Test]
    public void The_actor_has_the_callers_name_and_address()
    {
        var context = new DefaultHttpContext();
        context.Features.Set(new Admission(new Identity(Principal.OfApiKey("a1b2"), Grants.None), "", At: 0));
        context.Connection.RemoteIpAddress = IPAddress.Parse("10.1.2.3");
        var actor = new HttpActor(new HttpContextAccessor { HttpContext = context });

        Assert.That((actor.Name, actor.Address), Is.EqualTo(("a1b2", "10.1.2.3")));
    }

    [Test]
    public void A_name_that_Kv_has_not_checked_is_anonymous()
    {
        var context = new DefaultHttpContext
        {
            User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "ada")])),
        };

        Assert.That(new HttpActor(new HttpContextAccessor { HttpContext = context }).Name, Is.EqualTo("anonymous"));
    }
}
