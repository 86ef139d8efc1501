using System.Net;
using Kv.Api.Tests.Hosting;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Kv.Domain.Webhooks;
using Kv.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Kv.Api.Tests.Deliveries;

/// <summary>Kv does not call a denied address in any spelling: a canary there sees no connection.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TargetTests(Engine engine) : EngineTests(engine)
{
    private readonly WebhookReceiver _canary = WebhookReceiver.Start(IPAddress.Parse("127.0.0.2"));

    protected override (string Name, string? Value)[] Settings =>
        [("WEBHOOK_TARGETS_DENY", "127.0.0.2"), ("WEBHOOK_RETRY_SCHEDULE", "10ms")];

    [TearDown]
    public async Task StopCanary() => await _canary.DisposeAsync();

    [TestCase("127.0.0.2")]
    [TestCase("2130706434")]
    [TestCase("0x7f000002")]
    [TestCase("0x7f.2")]
    [TestCase("127.2")]
    [TestCase("0177.0.0.2")]
    [TestCase("[::ffff:127.0.0.2]")]
    [TestCase("[::ffff:7f00:2]")]
    [TestCase("[64:ff9b::7f00:2]")]
    [TestCase("[2002:7f00:2::]")]
    public async Task No_spelling_of_it_is_called(string host)
    {
        var endpoint = $"http://{host}:{_canary.Port}/";
        Expect.Problem(
            await Kv.Send(HttpMethod.Post, "/webhooks", $$"""{"key":"k","event":"*","endpoint":"{{endpoint}}"}"""), 400, null, "endpoint",
            "denied by the configuration");
        var webhook = await Stored(endpoint);
        Expect.Problem(
            await Kv.Send(HttpMethod.Put, $"/webhooks/{webhook}", $$"""{"endpoint":"{{endpoint}}"}"""), 400, null, "endpoint",
            "denied by the configuration");
        await Kv.Post("k", "value");
        await Eventually.Holds(
            async () => (await Failed(webhook)).Json.GetProperty("items").GetArrayLength() == 1,
            "it has failed for good");

        Assert.That((await Failed(webhook)).Body, Does.Contain("The target is not allowed: "));
        Assert.That(
            (await Kv.Send(HttpMethod.Post, $"/webhooks/{webhook}/ping")).Body,
            Does.Contain("The target is not allowed: "));
        Assert.That(_canary.AcceptedConnections, Is.Zero);
    }

    [Test]
    public async Task The_canary_would_see_a_call()
    {
        var host = await SharedHosts.Get(Engine);
        var kv = host.NewTenant();
        await kv.Send(HttpMethod.Post, "/webhooks", $$"""{"key":"k","event":"*","endpoint":"http://0x7f.2:{{_canary.Port}}/"}""");
        await kv.Post("k", "value");

        await Eventually.Holds(() => _canary.RequestCount == 1, "the call arrives");
    }

    // As it was registered before the address was denied.
    private async Task<string> Stored(string endpoint)
    {
        var webhook = new Webhook(
            Guid.NewGuid(), new Tenant(Kv.Namespace!, Kv.AppName!),
            new WebhookSettings
            {
                Pattern = KeyPattern.Parse("k"),
                Events = EventFilter.TryParse(["*"])!.Value,
                Endpoint = endpoint,
            },
            createdAt: 0);
        await Host.Services.GetRequiredService<IWebhookRepository>().Add(
            webhook, limit: 5, request: null, CancellationToken.None);
        return $"{webhook.Id:D}";
    }

    private Task<Answer> Failed(string? webhook) =>
        Kv.Send(HttpMethod.Get, $"/webhooks/{webhook}/deliveries?status=failed");
}
