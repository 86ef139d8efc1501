using System.Globalization;
using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>The helpers of the delivery tests: a receiver, and short names for the calls.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal abstract class CallTests(Engine engine) : EngineTests(engine)
{
    protected WebhookReceiver Receiver { get; } = WebhookReceiver.Start();

    [TearDown]
    public async Task StopReceiver() => await Receiver.DisposeAsync();

    /// <summary>Registers a webhook that calls the receiver.</summary>
    /// <returns>Its id.</returns>
    protected Task<string> Register(string members = """
        "key":"k*"
        """, string path = "") => RegisterAt($"{Receiver.Uri}{path}", members);

    /// <summary>Registers a webhook for every event, with the event's data.</summary>
    /// <returns>Its id.</returns>
    protected Task<string> RegisterAt(string endpoint, string members) => RegisterAt(Kv, endpoint, members);

    /// <inheritdoc cref="RegisterAt(string, string)"/>
    protected static Task<string> RegisterAt(KvClient kv, string endpoint, string members) =>
        kv.Register($$"""{{{members}},"event":"*","add_event_data":true,"endpoint":"{{endpoint}}"}""");

    /// <summary>The deliveries of a webhook that are <c>pending</c> or <c>failed</c>.</summary>
    protected async Task<JsonElement[]> Listed(string webhook, string status)
    {
        var answer = await Kv.Send(HttpMethod.Get, $"/webhooks/{webhook}/deliveries?status={status}");
        Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
        return [.. answer.Json.GetProperty("items").EnumerateArray()];
    }

    /// <summary>Waits until the list has this number of deliveries.</summary>
    protected async Task<JsonElement[]> UntilListed(string webhook, string status, int count = 1)
    {
        JsonElement[] listed = [];
        await Eventually.Holds(
            async () => (listed = await Listed(webhook, status)).Length >= count,
            $"{count} {status} deliveries are listed");
        return listed;
    }

    protected Task<Answer> Delivery(string id) => Kv.Send(HttpMethod.Get, $"/deliveries/{id}");

    protected Task<Answer> Redeliver(string id) => Kv.Send(HttpMethod.Post, $"/deliveries/{id}/redeliver");

    protected Task<Answer> RedeliverFailed(string webhook) =>
        Kv.Send(HttpMethod.Post, $"/webhooks/{webhook}/redeliver-failed");

    /// <summary>Waits until a delivery is accepted and so removed.</summary>
    protected Task Gone(string delivery) =>
        Eventually.Holds(async () => (await Delivery(delivery)).Status == 404, "the delivery is done with");

    protected Task Arrived(int count) =>
        Eventually.Holds(() => Receiver.RequestCount >= count, $"{count} calls arrive");

    protected static JsonElement EventOf(ReceivedRequest request) =>
        JsonDocument.Parse(request.Body).RootElement.GetProperty("event");

    protected static string? ValueOf(ReceivedRequest request) => EventOf(request).GetProperty("value").GetString();

    protected static string KeyOf(ReceivedRequest request) => EventOf(request).GetProperty("key").GetString()!;

    /// <summary>The revision that a message's id names.</summary>
    protected static long RevisionOf(ReceivedRequest request) =>
        long.Parse(request.MessageId!.Split('_')[2], CultureInfo.InvariantCulture);
}
