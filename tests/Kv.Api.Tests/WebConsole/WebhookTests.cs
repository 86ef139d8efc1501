using System.Text.RegularExpressions;
using Kv.Api.Tests.Hosting;
using Kv.Domain.Webhooks;
using Kv.Testing;
using Microsoft.Playwright;

namespace Kv.Api.Tests.WebConsole;

internal sealed class WebhookTests(Engine engine) : ConsoleTest(engine)
{
    [Test]
    public async Task A_webhook_is_registered_pinged_changed_given_a_new_secret_disabled_enabled_and_deleted()
    {
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = _ => ReceiverAnswer.Status(200, "thanks <b>you</b>");
        await Go("webhooks");
        await Button("New webhook").First.ClickAsync();
        await Field("Keys").FillAsync("cart/*");
        await Field("Endpoint").FillAsync("ftp://nowhere");
        await Button("Register").ClickAsync();
        await Sees("Endpoint must be an absolute http or https URL");
        await Field("Endpoint").FillAsync($"{receiver.Uri}hook");
        await Button("Register").ClickAsync();
        await Sees("Webhook registered");

        await Button("Ping").ClickAsync();
        await Sees("Accepted with 200 after");
        await Sees("thanks <b>you</b>");
        var call = receiver.Requests.Single();
        Assert.That(call.Target, Is.EqualTo("/hook"));
        var request = Page.Locator(".exchange");
        await Assertions.Expect(request).ToContainTextAsync($"POST {receiver.Uri}hook");
        await Assertions.Expect(request).ToContainTextAsync($"webhook-id: {call.MessageId}");
        await Assertions.Expect(request).ToContainTextAsync("webhook-signature: ********");
        await Assertions.Expect(Page.GetByLabel("Body of the request")).ToHaveTextAsync(call.Text);

        await Button("Edit").ClickAsync();
        await Page.GetByText("Headers, payload and time-out").ClickAsync();
        await Field("Headers").FillAsync("X-Team: checkout");
        await Field("Time-out of an attempt, in seconds").FillAsync("7");
        await Button("Save").ClickAsync();
        await Sees("X-Team: checkout");
        await Sees("7 s");

        await Button("Rotate").ClickAsync();
        await Page.Locator("code.secret", new() { HasText = "whsec_" }).WaitForAsync();

        await Button("Disable").ClickAsync();
        await Sees("This webhook is disabled.");
        await Sees("Mend the receiver, enable the webhook, then replay what was missed.");
        await Button("Back to the webhooks").ClickAsync();
        await Assertions.Expect(Page.Locator("tr.disabled td").Last).ToContainTextAsync("Disabled by its owner.");
        await Page.GetByRole(AriaRole.Link, new() { Name = "cart/*" }).ClickAsync();
        await Button("Enable").ClickAsync();
        await Sees("Webhook enabled");

        await Button("Delete").ClickAsync();
        await Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true })
            .ClickAsync();
        await Sees("No webhooks yet");
        Assert.That((await Kv.Send(HttpMethod.Get, "/webhooks")).Body, Is.EqualTo("[]"));
    }

    [Test]
    public async Task Each_field_of_a_webhook_names_its_limits()
    {
        await Go("webhooks");
        await Sees("0 of 5");
        await Button("New webhook").First.ClickAsync();
        await Page.GetByText("Headers, payload and time-out").ClickAsync();

        await Names("Keys", "at most 100 characters");
        await Names("Endpoint", $"at most {WebhookSettings.MaxEndpointLength} characters");
        await Names("Secret", $"{WebhookSecret.MinBytes} to {WebhookSecret.MaxBytes} bytes");
        await Names("Headers", $"At most {WebhookSettings.MaxHeaders}");
        await Names("Headers", $"at most {WebhookSettings.MaxHeaderLength} characters");
        await Names("Payload", $"at most {WebhookSettings.MaxPayloadBytes / 1024} KiB");
        await Names("Time-out of an attempt, in seconds", $"1 to {WebhookSettings.MaxTimeoutSeconds}");

        Task Names(string field, string limit) =>
            Assertions.Expect(Field(field)).ToHaveAccessibleDescriptionAsync(new Regex(Regex.Escape(limit)));
    }

    [Test]
    public async Task A_waiting_delivery_shows_its_reason_and_can_be_sent_again()
    {
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = _ => ReceiverAnswer.Status(503, "down for maintenance");
        var id = await Register(receiver);
        await Kv.Put("cart/1", "apples");
        await Go("webhooks", ("id", id));
        await Eventually.Holds(
            async () =>
            {
                await Button("Reload the deliveries").ClickAsync();
                return await Page.Locator(".delivery").CountAsync() == 1;
            },
            "the delivery is listed");

        await Page.Locator(".delivery summary").ClickAsync();
        await Sees("The receiver is busy or down for maintenance.");
        await Sees("down for maintenance");
        // Kv itself tries again after 5 s, and then not for half a minute.
        await Eventually.Holds(() => receiver.RequestCount > 1, "Kv has tried again");
        receiver.Answer = _ => ReceiverAnswer.Ok;
        await Button("Deliver again now").ClickAsync();

        await Sees("The delivery is made now");
        await Eventually.Holds(
            async () =>
            {
                await Button("Reload the deliveries").ClickAsync();
                return await Page.GetByText("Nothing is waiting").CountAsync() == 1;
            },
            "nothing waits any more");
    }

    [Test]
    public async Task All_failed_deliveries_are_sent_again()
    {
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = _ => ReceiverAnswer.Status(503);
        var id = await Register(receiver);
        await Kv.Put("cart/1", "apples");
        await Kv.Put("cart/2", "pears");
        await Eventually.Holds(
            async () => (await Kv.Send(HttpMethod.Get, $"/webhooks/{id}/deliveries?status=pending")).Json
                .GetProperty("items").GetArrayLength() == 2,
            "both deliveries wait");
        await Go("webhooks", ("id", id));
        await Button("Disable").ClickAsync();
        await Sees("This webhook is disabled.");
        receiver.Answer = _ => ReceiverAnswer.Ok;
        await Button("Enable").ClickAsync();
        await Tab("Failed").ClickAsync();
        await Eventually.Holds(
            async () =>
            {
                await Button("Reload the deliveries").ClickAsync();
                return await Page.Locator(".delivery").CountAsync() == 2;
            },
            "both deliveries have failed");
        var before = receiver.RequestCount;

        await Button("Deliver all again").ClickAsync();

        await Sees("2 deliveries made again");
        await Eventually.Holds(() => receiver.RequestCount == before + 2, "both arrive");
        await Sees("Nothing has failed");
    }

    [Test]
    public async Task Changes_since_a_revision_are_replayed()
    {
        await using var receiver = WebhookReceiver.Start();
        var before = (await Kv.Put("cart/0", "x")).Header("KV-Revision")!;
        var id = await Register(receiver);
        await Kv.Put("cart/1", "apples");
        await Eventually.Holds(() => Task.FromResult(receiver.Requests.Count == 1), "the change has arrived");
        await Go("webhooks", ("id", id));

        await Button("Replay\u2026").ClickAsync();
        await Field("Since revision").FillAsync(before);
        await Button("Replay").ClickAsync();

        await Sees("1 delivery is made again");
        await Eventually.Holds(() => Task.FromResult(receiver.Requests.Count == 2), "it has arrived again");
    }

    [Test]
    public async Task A_person_learns_why_a_change_did_not_arrive_from_the_webhook_and_from_the_key()
    {
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = _ => ReceiverAnswer.Status(500, "broken");
        var id = await Register(receiver);
        await Kv.Put("other", "x");
        await Kv.Put("cart/1", "apples");
        await Eventually.Holds(() => Task.FromResult(receiver.Requests.Count > 0), "the receiver was called");

        await Go("webhooks", ("id", id), ("why", "other"));
        await Sees("The webhook is not meant for it");
        await Field("Key").FillAsync("cart/1");
        await Eventually.Holds(
            async () =>
            {
                await Button("Explain").ClickAsync();
                await Button("Ask again").ClickAsync();
                return await Page.GetByText("Waiting for its next attempt").CountAsync() == 1;
            },
            "it waits");

        await Go("keys", ("key", "cart/1"));
        await Tab("Webhooks").ClickAsync();
        await Sees("Waiting for its next attempt");
        await Sees("The receiver has a fault of its own.");

        await Kv.Send(HttpMethod.Put, $"/webhooks/{id}", """{"status":"disabled"}""");
        await Kv.Put("cart/1", "pears");
        await Go("webhooks", ("id", id), ("why", "cart/1"));
        await Page.ReloadAsync();
        await Sees("The webhook is disabled");
        await Sees("What to do:");
    }

    [Test]
    public async Task A_change_that_waits_for_an_earlier_one_names_it()
    {
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = _ => ReceiverAnswer.Status(503, "", ("Retry-After", "3600"));
        var id = await Register(receiver);
        var first = (await Kv.Put("cart/1", "apples")).Header("KV-Revision");
        await Kv.Put("cart/1", "pears");
        await Go("webhooks", ("id", id), ("why", "cart/1"));

        await Eventually.Holds(
            async () =>
            {
                await Button("Ask again").ClickAsync();
                return await Page.GetByText("Held back by an earlier change").CountAsync() == 1;
            },
            "the page says that it is held back");

        await Sees($"First: the change of cart/1 at revision {first}.");
    }

    [Test]
    public async Task A_delivery_is_sent_again_from_the_answer_to_why_it_did_not_arrive()
    {
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = _ => ReceiverAnswer.Status(503);
        var id = await Register(receiver);
        await Kv.Put("cart/1", "apples");
        // Kv itself tries again after 5 s, and then not for half a minute.
        await Eventually.Holds(() => receiver.RequestCount > 1, "Kv has tried again");
        await Go("webhooks", ("id", id), ("why", "cart/1"));
        await Sees("Waiting for its next attempt");

        receiver.Answer = _ => ReceiverAnswer.Ok;
        await Page.Locator(".notice").GetByRole(AriaRole.Button, new() { Name = "Deliver again now" }).ClickAsync();

        await Sees("The delivery is made now");
        await Eventually.Holds(
            async () =>
            {
                await Button("Ask again").ClickAsync();
                return await Page.Locator(".notice b", new() { HasText = "Delivered" }).CountAsync() == 1;
            },
            "it is delivered");
    }

    [Test]
    public async Task Accepted_deliveries_are_listed()
    {
        await using var receiver = WebhookReceiver.Start();
        var id = await Register(receiver);
        await Kv.Put("cart/1", "apples");
        await Go("webhooks", ("id", id));
        await Tab("Delivered").ClickAsync();

        await Eventually.Holds(
            async () =>
            {
                await Button("Reload the deliveries").ClickAsync();
                return await Page.Locator(".delivery", new() { HasText = "cart/1" }).CountAsync() == 1;
            },
            "the delivery is listed");
    }

    private async Task<string> Register(WebhookReceiver receiver) => (await Kv.Send(
        HttpMethod.Post, "/webhooks", $$"""{"key":"cart/*","event":"*","endpoint":"{{receiver.Uri}}","add_event_data":true}"""))
        .Json.GetProperty("id").GetString()!;
}
