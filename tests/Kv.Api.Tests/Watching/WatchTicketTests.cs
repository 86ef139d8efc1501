using System.Net;
using Kv.Api.Tests.Access;
using Kv.Api.Tests.Hosting;
using Kv.Api.Watching;
using Kv.Domain.Access;

namespace Kv.Api.Tests.Watching;

/// <summary>A watch that is opened with a ticket.</summary>
internal sealed class WatchTicketTests(Engine engine) : AccessTest(engine)
{
    private static readonly KvClient Anonymous = new(null!, null, null);

    [Test]
    public async Task A_ticket_opens_one_watch_on_its_prefix()
    {
        var holder = await Holder(AccessVerbs.Read | AccessVerbs.Write);
        var ticket = await Ticket(holder, "a/");

        await using var watch = await EventReader.Open(Host.Http, Anonymous, $"?ticket={ticket}&{Tenant}&prefix=a/b");
        await holder.Put("a/c", "another prefix");
        await holder.Put("a/b", "v");
        using var again = await Open($"?ticket={ticket}&{Tenant}&prefix=a/b");

        Assert.That((await watch.Next())!.ToString(), Is.EqualTo("create a/b=v"));
        Assert.That(again.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), "the ticket is used up");
    }

    [Test]
    public async Task A_ticket_is_valid_for_its_own_tenant_and_prefix_only()
    {
        var holder = await Holder(AccessVerbs.All);
        var other = Host.NewTenant();

        foreach (var query in new[]
                 {
                     $"{Tenant}", $"{Tenant}&prefix=b/", $"{Tenant}&prefix=a", $"{Tenant}&key=b", "prefix=a/",
                     $"namespace={other.Namespace}&app={other.AppName}&prefix=a/",
                 })
        {
            using var answer = await Open($"?ticket={await Ticket(holder, "a/")}&{query}");
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden), query);
        }
        Assert.That(
            (await Kv.Send(HttpMethod.Get, $"/kv/a/x?ticket={await Ticket(holder, "a/")}")).Status,
            Is.EqualTo(401).Or.EqualTo(400),
            "no other call takes one");
    }

    [Test]
    public async Task A_ticket_cannot_exceed_the_grants_of_its_credential()
    {
        ExpectForbidden(await Ask(await Holder(AccessVerbs.Read, "a/"), "b/"));
        ExpectForbidden(await Ask(await Holder(AccessVerbs.Read, "a/"), ""));
        ExpectForbidden(await Ask(await Holder(AccessVerbs.Write, ""), "a/"));
        ExpectUnauthorized(await Ask(Kv, "a/"));
        Expect.Problem(await Ask(await Holder(AccessVerbs.Read), new string('k', 101)), 400, null, "prefix");
    }

    [TestCase("nonsense")]
    [TestCase("")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_malformed_ticket_is_refused(string ticket)
    {
        using var answer = await Open($"?ticket={ticket}&{Tenant}");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task Tickets_beyond_the_limit_of_a_tenant_are_429()
    {
        var reader = await Holder(AccessVerbs.Read);
        var other = await Administrator(Host.NewTenant());

        var asked = await Task.WhenAll(Enumerable.Range(0, 4 * WatchTicketLimit.AtOnce).Select(_ => Ask(reader, "")));

        Assert.That(asked.Count(answer => answer.Status == 201), Is.AtLeast(WatchTicketLimit.AtOnce));
        var refused = asked.First(answer => answer.Status != 201);
        Expect.Problem(refused, 429, "Too many requests");
        Assert.That(refused.Header("Retry-After"), Is.EqualTo("1"));
        Assert.That((await Ask(other, "")).Status, Is.EqualTo(201));
    }

    [Test]
    public async Task A_ticket_beside_a_credential_is_refused()
    {
        var holder = await Holder(AccessVerbs.Read);

        Expect.Problem(
            await holder.Send(HttpMethod.Get, $"/watch?ticket={await Ticket(holder, "")}"), 400, null, "ticket",
            "together");
    }

    [Test]
    public async Task A_watch_does_not_outlive_the_credential_behind_its_ticket()
    {
        var secret = await Issue(Of(new Grant(Kv.Namespace!, Kv.AppName!, "", AccessVerbs.Read)));
        await using var watch = await EventReader.Open(
            Host.Http, Anonymous, $"?ticket={await Ticket(Holder(secret), "")}&{Tenant}");

        var revoked = await (await Administrator()).Send(HttpMethod.Delete, $"/admin/apikeys/{secret.Id}");

        Assert.That(revoked.Status, Is.InRange(200, 204));
        Assert.That((await watch.Next())!.Name, Is.EqualTo("unauthorized"));
        Assert.That(await watch.Next(), Is.Null, "it is ended");
    }

    [Test]
    public async Task Tickets_do_not_exist_without_authentication()
    {
        var host = await SharedHosts.Get(Engine);

        Expect.Problem(
            await host.NewTenant().Send(HttpMethod.Post, "/watch-tickets", "{}"), 404, "Credentials are not in use",
            saying: "AUTH=none");
    }

    private string Tenant => $"namespace={Kv.Namespace}&app={Kv.AppName}";

    private static Task<Answer> Ask(KvClient client, string prefix) =>
        client.Send(HttpMethod.Post, "/watch-tickets", $$"""{"prefix":"{{prefix}}"}""");

    private static async Task<string> Ticket(KvClient client, string prefix)
    {
        var answer = await Ask(client, prefix);
        Assert.That(answer.Status, Is.EqualTo(201), answer.ToString());
        Assert.That(answer.Header("Cache-Control"), Is.EqualTo("no-store"));
        return answer.Json.GetProperty("ticket").GetString()!;
    }

    private Task<HttpResponseMessage> Open(string query) =>
        Host.Http.GetAsync(new Uri($"/watch{query}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
}
