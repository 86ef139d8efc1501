using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Domain.Webhooks;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>No log line and no answer holds a secret of a webhook, whatever fails.</summary>
internal sealed class SecrecyTests
{
    private const string Payload = "hidden-payload";

    [Test]
    public async Task The_secrets_of_a_failing_webhook_are_neither_logged_nor_returned()
    {
        using var data = new TemporaryDirectory();
        await using var receiver = WebhookReceiver.Start();
        await using var kv = KvProcess.Start(
            ("STORE", "embedded"), ("DATA_DIR", data.Path), ("WEBHOOK_HEADERS", "masked"),
            ("WEBHOOK_RETRY_SCHEDULE", "20ms,20ms,20ms,20ms"),
            // The most detailed log levels.
            ("Logging__LogLevel__Default", "Trace"), ("Logging__LogLevel__Microsoft", "Trace"),
                ("Logging__LogLevel__System", "Trace"));
        var client = await kv.Client();
        receiver.Answer = request => (request.Number % 4) switch
        {
            0 => ReceiverAnswer.Status(500, "no"),
            1 => ReceiverAnswer.Close,
            2 => ReceiverAnswer.ResetAfter("part"),
            _ => ReceiverAnswer.Raw("nonsense\r\n\r\n"),
        };
        var secret = WebhookSecret.New().Reveal();
        Uri away;
        await using (var gone = WebhookReceiver.Start())
            away = gone.Uri;
        var webhooks = new List<string>();
        foreach (var address in new[] { receiver.Uri, away, new Uri("http://name.invalid/") })
            webhooks.Add(
                await Register(
                    client, $"http://user:hidden-password@{address.Authority}/hidden-path?token=hidden-query", secret));

        foreach (var webhook in webhooks)
            await client.Send(
                HttpMethod.Put, $"/webhooks/{webhook}", $$"""{"secret":"{{secret}}","headers":{"X-Api-Key":"hidden-header"} }""");

        await client.Post("k", "hidden-value");
        var seen = new List<string>();
        foreach (var webhook in webhooks)
        {
            await Eventually.Holds(async () => (await Failed(client, webhook)).GetArrayLength() == 1, "it has failed");
            seen.Add((await Failed(client, webhook)).ToString());
            // A ping shows its body to the webhook's owner, as other answers show the payload.
            var ping = (await client.Send(HttpMethod.Post, $"/webhooks/{webhook}/ping")).Body;
            seen.Add(ping.Replace(Payload, "", StringComparison.Ordinal));
        }
        var shown = (await client.Send(HttpMethod.Get, "/webhooks")).Body;
        await Eventually.Holds(() => webhooks.All(webhook => kv.Output.Contains(webhook)), "the failures are logged");

        using (Assert.EnterMultipleScope())
        {
            foreach (var text in seen.Append(kv.Output).Append(kv.Error))
            {
                Assert.That(text, Does.Not.Contain("hidden-"));
                Assert.That(text, Does.Not.Contain(secret[WebhookSecret.Prefix.Length..]));
                Assert.That(text, Does.Not.Contain("v1,"));
            }
            Assert.That(
                shown, Does.Not.Contain("hidden-header").And.Not.Contain("hidden-password").And.Not.Contain(
                    secret[WebhookSecret.Prefix.Length..]));
        }
    }

    private static Task<string> Register(KvClient client, string endpoint, string secret) => client.Register(
        $$"""
          {"key":"k","event":"*","add_event_data":true,"endpoint":"{{endpoint}}","secret":"{{secret}}",
           "headers":{"X-Api-Key":"hidden-header"},"payload":{"member":"{{Payload}}"} }
          """);

    private static async Task<JsonElement> Failed(KvClient client, string webhook) =>
        (await client.Send(HttpMethod.Get, $"/webhooks/{webhook}/deliveries?status=failed")).Json.GetProperty("items");
}
