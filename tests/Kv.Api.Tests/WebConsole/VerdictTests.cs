using System.Net;
using Kv.Api.Tests.Hosting;
using Kv.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Playwright;

namespace Kv.Api.Tests.WebConsole;

/// <summary>
/// Why a change did not arrive, where Kv gives up soon, keeps few deliveries and may not call all addresses.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class VerdictTests(Engine engine) : ConsoleTest(engine)
{
    private readonly WebhookReceiver _receiver = WebhookReceiver.Start(IPAddress.Parse("127.0.0.2"));

    protected override (string Name, string? Value)[] Settings =>
    [
        ("WEBHOOK_RETRY_SCHEDULE", "10ms"), ("WEBHOOK_TARGETS_DENY", "127.0.0.1,::1"),
        ("WEBHOOK_BACKLOG_DELIVERIES", "2"),
    ];

    [TearDown]
    public async Task StopReceiver() => await _receiver.DisposeAsync();

    [Test]
    public async Task A_change_for_which_there_was_no_room_is_dropped_and_the_count_is_reset()
    {
        _receiver.Answer = _ => ReceiverAnswer.Status(503, "", ("Retry-After", "3600"));
        var id = await Register(_receiver.Uri);
        string[] keys = ["cart/1", "cart/2", "cart/3"];
        foreach (var key in keys)
            await Kv.Put(key, "apples");
        await Eventually.Holds(
            async () => (await Kv.Send(HttpMethod.Get, $"/webhooks/{id}")).Json.TryGetProperty("dropped", out _),
            "one is dropped");
        string?[] waiting = [];
        await Eventually.Holds(
            async () =>
            {
                waiting = [.. (await Kv.Send(HttpMethod.Get, $"/webhooks/{id}/deliveries?status=pending")).Json
                    .GetProperty("items").EnumerateArray().Select(delivery => delivery.GetProperty("key").GetString())];
                return waiting.Length == keys.Length - 1;
            },
            "the others wait");
        await Go("webhooks", ("id", id));

        await Sees("1 delivery was dropped since");
        await Explains(keys.Except(waiting).Single()!, "Dropped", "Replay");
        await Button("Reset the count").ClickAsync();

        await Assertions.Expect(Page.GetByText("1 delivery was dropped since")).ToHaveCountAsync(0);
    }

    [Test]
    public async Task A_name_whose_address_may_not_be_called_is_refused()
    {
        var id = await Register(new Uri($"http://localhost:{_receiver.Port}/"));
        await Kv.Put("cart/1", "apples");
        await Go("webhooks", ("id", id));

        await Explains("cart/1", "The target is refused", "WEBHOOK_TARGETS");
    }

    [Test]
    public async Task Every_key_has_its_own_answer()
    {
        _receiver.Answer = _ => ReceiverAnswer.Status(500);
        await Kv.Put("cart/earlier", "apples");
        var id = await Register(_receiver.Uri);
        await Kv.Put("cart/1", "pears");
        await Kv.Put("other", "plums");
        await Go("webhooks", ("id", id));

        await Explains("cart/1", "Failed at every attempt", "The receiver has a fault of its own.");
        await Explains("cart/earlier", "The webhook came later", "Replay");
        await Explains("other", "The webhook is not meant for it", "What to do:");
        await Explains("cart/none", "Not known", "What to do:");
    }

    [Test]
    public async Task A_change_that_no_leader_has_read_is_not_seen_yet()
    {
        await using var host = await KvHost.Start(Engine);
        (Host, Kv) = (host, host.NewTenant());
        var id = await Register(_receiver.Uri);
        foreach (var leader
            in host.Services.GetServices<IHostedService>().Where(service => service.GetType().Name == "LeaderService"))
            await leader.StopAsync(CancellationToken.None);
        await Kv.Put("cart/1", "apples");
        await Go("webhooks", ("id", id));

        await Explains("cart/1", "Not seen yet", "has not read it yet");
    }

    // Asks until the page shows the verdict, with a text of its reason or remedy.
    private async Task Explains(string key, string title, string text)
    {
        var answer = Page.Locator("section form .notice").Filter(new() { Has = Page.Locator($"b:text-is('{title}')") });
        await Field("Key").FillAsync(key);
        await Button("Explain").ClickAsync();
        await Eventually.Holds(
            async () =>
            {
                await Button("Ask again").ClickAsync();
                return await answer.CountAsync() == 1;
            },
            $"the page says: {title}");
        await Assertions.Expect(answer).ToContainTextAsync(text, new() { IgnoreCase = true });
    }

    private Task<string> Register(Uri endpoint) =>
        Kv.Register($$"""{"key":"cart/*","event":"*","endpoint":"{{endpoint}}","add_event_data":true}""");
}
