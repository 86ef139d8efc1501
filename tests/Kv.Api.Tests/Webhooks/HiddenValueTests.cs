using Kv.Api.Tests.Hosting;
using Kv.Domain.Webhooks;
using Kv.Testing;

namespace Kv.Api.Tests.Webhooks;

/// <summary>The secrets of a webhook go only to the origin that they were set for, and no answer shows them.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class HiddenValueTests(Engine engine) : WebhookTests(engine)
{
    private static readonly string Secret = WebhookSecret.New().Reveal();

    private readonly WebhookReceiver _here = WebhookReceiver.Start();
    private readonly WebhookReceiver _elsewhere = WebhookReceiver.Start();

    protected override (string Name, string? Value)[] Settings => [("WEBHOOK_HEADERS", "masked")];

    [TearDown]
    public async Task StopReceivers()
    {
        await _here.DisposeAsync();
        await _elsewhere.DisposeAsync();
    }

    [Test]
    public async Task A_moved_endpoint_loses_the_hidden_headers_and_the_secret()
    {
        var id = await Register(Everything(_here.Uri));
        await Kv.Send(HttpMethod.Post, $"/webhooks/{id}/rotate-secret");

        var moved = await Put(id, $$"""{"endpoint":"{{_elsewhere.Uri}}"}""");
        await Ping(id);

        Assert.That(moved.Status, Is.EqualTo(200), moved.ToString());
        Assert.That(Expect.Members(moved.Json), Has.None.EqualTo("headers").And.None.EqualTo("secret"));
        var call = _elsewhere.Requests.Single();
        Assert.That(call.Headers.Select(header => header.Value), Has.None.Contains("hidden"));
        Assert.That(
            (call.Header("Authorization"), call.Header("webhook-signature")),
            Is.EqualTo(((string?)null, (string?)null)));
        // A move back to the first origin does not restore them either.
        await Put(id, $$"""{"endpoint":"{{_here.Uri}}"}""");
        await Ping(id);
        Assert.That(_here.Requests.Single().Header("Authorization"), Is.Null);
    }

    [Test]
    public async Task A_change_of_the_path_keeps_the_headers_and_the_secret()
    {
        var id = await Register(Everything(_here.Uri));

        await Put(id, $$"""{"endpoint":"{{_here.Uri}}other?path"}""");
        await Ping(id);

        var call = _here.Requests.Single();
        Assert.That(
            (call.Target, call.Header("Authorization"), call.Header("X-Token")),
            Is.EqualTo(("/other?path", "hidden-1", "hidden-2")));
        Assert.That(call.Header("webhook-signature"), Is.Not.Null);
    }

    [Test]
    public async Task New_values_move_with_the_endpoint_and_a_mask_is_refused()
    {
        var id = await Register(Everything(_here.Uri));
        var before = (await Get(id)).Body;

        Expect.Problem(
            await Put(id, $$"""{"endpoint":"{{_elsewhere.Uri}}","headers":{"X-Token":"********"} }"""), 400, null, "headers", "X-Token");
        Expect.Problem(
            await Put(id, $$"""{"endpoint":"{{_elsewhere.Uri}}","secret":"********"}"""), 400, null, "secret", "send it again");
        Assert.That((await Get(id)).Body, Is.EqualTo(before), "nothing was changed");
        await Put(id, $$"""{"endpoint":"{{_elsewhere.Uri}}","headers":{"X-Token":"new"},"secret":"{{Secret}}"}""");
        await Ping(id);

        var call = _elsewhere.Requests.Single();
        Assert.That((call.Header("X-Token"), call.Header("Authorization")), Is.EqualTo(("new", (string?)null)));
        Assert.That(call.Header("webhook-signature"), Is.Not.Null);
    }

    [Test]
    public async Task A_password_in_an_endpoint_is_sent_and_never_shown()
    {
        var id = await Register(
            $$""" "key":"k","event":"*","endpoint":"http://user:hidden-1@127.0.0.1:{{_here.Port}}/path?a=b" """);
        var shown = $"http://user:********@127.0.0.1:{_here.Port}/path?a=b";

        var read = await Get(id);
        var back = await Put(id, read.Body);
        foreach (var answer in new[] { read, back, await Get("k*"), await List(), await Put(id, """{"key":"k"}""") })
            Assert.That(answer.Body, Does.Contain(shown).And.Not.Contain("hidden"));
        await Ping(id);

        Assert.That(
            _here.Requests.Single().Header("Authorization"),
            Is.EqualTo($"Basic {Convert.ToBase64String("user:hidden-1"u8)}"));
    }

    [Test]
    public async Task A_ping_sends_hidden_values_and_shows_none()
    {
        var id = await Register(Everything(_here.Uri));

        var ping = await Ping(id);

        Assert.That(_here.Requests.Single().Header("X-Token"), Is.EqualTo("hidden-2"));
        var headers = ping.Json.GetProperty("request").GetProperty("headers");
        foreach (var name in new[] { "Authorization", "X-Token", "webhook-signature" })
            Assert.That(headers.GetProperty(name).GetString(), Is.EqualTo("********"), name);
        Assert.That(
            ping.Body,
            Does.Not.Contain("hidden").And.Not.Contain("v1,").And.Not.Contain(Secret[WebhookSecret.Prefix.Length..]));
    }

    [Test]
    public async Task A_masked_password_stays_at_its_origin_and_for_its_user()
    {
        var id = await Register($$""" "key":"k","event":"*","endpoint":"http://user:hidden-1@127.0.0.1:{{_here.Port}}/" """);

        foreach (var endpoint in new[]
        {
            $"http://user:********@127.0.0.1:{_elsewhere.Port}/", $"http://other:********@127.0.0.1:{_here.Port}/",
        })
            Expect.Problem(await Put(id, $$"""{"endpoint":"{{endpoint}}"}"""), 400, null, "endpoint", "masked password");
        Expect.Problem(
            await Post($$"""{"key":"k","event":"*","endpoint":"http://user:********@example.com/"}"""), 400, null, "endpoint", "masked password");
        await Put(id, $$"""{"endpoint":"http://user:********@127.0.0.1:{{_here.Port}}/other"}""");
        await Ping(id);

        Assert.That(_here.Requests.Single().Target, Is.EqualTo("/other"));
        Assert.That(
            _here.Requests.Single().Header("Authorization"),
            Is.EqualTo($"Basic {Convert.ToBase64String("user:hidden-1"u8)}"));
    }

    private static string Everything(Uri endpoint) =>
        $$""" "key":"k","event":"*","endpoint":"{{endpoint}}","headers":{"Authorization":"hidden-1","X-Token":"hidden-2"},"secret":"{{Secret}}" """;

    private Task<Answer> Ping(string id) => Kv.Send(HttpMethod.Post, $"/webhooks/{id}/ping");
}
