using System.Text.RegularExpressions;
using Kv.Api.Tests.Hosting;
using Kv.Domain.Access;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Kv.Api.Tests.Access;

/// <summary>Each call needs exactly its verbs.</summary>
internal sealed partial class VerbTests(Engine engine) : AccessTest(engine)
{
    [TestCaseSource(typeof(Call), nameof(Call.All))]
    public async Task A_call_is_allowed_with_its_verbs_and_forbidden_without_any_one_of_them(Call call)
    {
        var allowed = await call.Send(await Holder(call.Needs));
        var without = new List<Answer>();
        foreach (var verb
            in Enum.GetValues<AccessVerbs>().Where(verb => verb is not (AccessVerbs.None or AccessVerbs.All)))
            if (call.Needs.HasFlag(verb))
                without.Add(await call.Send(await Holder(AccessVerbs.All & ~verb)));

        Assert.That(allowed.Status, Is.Not.AnyOf(401, 403, 500), allowed.ToString());
        foreach (var answer in without)
            ExpectForbiddenOrBare(call, answer);
    }

    [TestCaseSource(typeof(Call), nameof(Call.All))]
    public async Task A_call_is_allowed_on_keys_with_the_granted_prefix_only(Call call)
    {
        var inside = await call.Send(await Holder(AccessVerbs.All, "in:"));
        var outside = await call.Send(await Holder(AccessVerbs.All, "out:"));
        var further = await call.Send(await Holder(AccessVerbs.All, "in:key"));

        if (call.IsOfWholeTenant)
            ExpectForbiddenOrBare(call, inside);
        else
            Assert.That(inside.Status, Is.Not.AnyOf(401, 403, 500), inside.ToString());
        ExpectForbiddenOrBare(call, outside);
        ExpectForbiddenOrBare(call, further);
    }

    [TestCaseSource(typeof(Call), nameof(Call.All))]
    public async Task A_call_is_forbidden_with_grants_for_other_tenants_only(Call call)
    {
        foreach (var (space, app) in new[]
                 {
                     ("other", Kv.AppName!), (Kv.Namespace!, "other"), (Kv.Namespace!.ToUpperInvariant(), Kv.AppName!),
                     (Kv.AppName!, Kv.Namespace!),
                     (Kv.Namespace![..^1], Kv.AppName!), (Kv.Namespace!, Kv.AppName + "x"),
                 })
        {
            var secret = await Issue(Of(new Grant(space, app, "", AccessVerbs.All)));
            ExpectForbiddenOrBare(call, await call.Send(Holder(secret)));
        }
    }

    [TestCaseSource(typeof(Call), nameof(Call.All))]
    public async Task A_call_is_allowed_with_a_grant_for_all_tenants(Call call)
    {
        foreach (var grants in new[]
                 {
                     Grants.All, Of(new Grant("*", "*", "", call.Needs)),
                     Of(new Grant(Kv.Namespace!, "*", "", call.Needs)),
                 })
        {
            var answer = await call.Send(Holder(await Issue(grants)));
            Assert.That(answer.Status, Is.Not.AnyOf(401, 403, 500), answer.ToString());
        }
    }

    [Test]
    public void The_table_holds_every_route_of_a_tenant()
    {
        var called = Call.All.Select(call => $"{call.Method} {Resource().Match(call.Path).Value}").ToHashSet();
        var routes = Host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(
                endpoint => endpoint.RoutePattern.RawText!.TrimStart('/')
                    .Split('/')[0] is not ("" or "livez" or "readyz" or "metrics" or "admin" or "tenants" or "whoami"))
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [])
                .Select(method => $"{method} /{endpoint.RoutePattern.RawText!.TrimStart('/').Split('/')[0]}"))
            .Distinct().ToArray();

        Assert.That(routes, Has.Length.GreaterThan(10).And.SubsetOf(called));
    }

    [Test]
    public async Task Grants_do_not_add_up()
    {
        var client = Holder(await Issue(Of(
            new Grant(Kv.Namespace!, Kv.AppName!, "a:", AccessVerbs.Read),
            new Grant(Kv.Namespace!, Kv.AppName!, "b:", AccessVerbs.Write))));

        Assert.That((await client.Get("a:k")).Status, Is.EqualTo(404));
        Assert.That((await client.Put("b:k", "v")).Status, Is.EqualTo(200));
        ExpectForbidden(await client.Put("a:k", "v"));
        ExpectForbidden(await client.Get("b:k"));
        ExpectForbidden(await client.List(""));
    }

    // An answer to HEAD has no body to look at.
    private static void ExpectForbiddenOrBare(Call call, Answer answer)
    {
        if (call.Method == "HEAD")
            Assert.That(answer.Status, Is.EqualTo(403), answer.ToString());
        else if (call.Path == "/import" && answer.Json.TryGetProperty("import", out _))
            Expect.Problem(answer, 403, Denied);
        else
            ExpectForbidden(answer);
    }

    [GeneratedRegex("^/[a-z-]+")]
    private static partial Regex Resource();
}
