using Kv.Api.Tests.Hosting;
using Kv.Testing;
using Microsoft.Playwright;

namespace Kv.Api.Tests.WebConsole;

/// <summary>
/// Where the focus is after a control is gone with its own action: in the part of the page that held it.
/// </summary>
internal sealed class FocusTests(Engine engine) : ConsoleTest(engine)
{
    private ILocator Main => Page.Locator("#main");

    // The name of the chosen key.
    private ILocator Title => Page.Locator("h2.title");

    private ILocator EndOfTheList => Page.Locator(".more:focus");

    [Test]
    public async Task A_webhook_is_disabled_and_enabled()
    {
        await using var receiver = WebhookReceiver.Start();
        await Go("webhooks", ("id", await Register(receiver)));

        await Press(Button("Disable"), Part("Try and repair"));
        await Page.Keyboard.PressAsync("Tab");
        await HasFocus(Button("Copy as curl: ping"));
        await Press(Button("Enable"), Main);
    }

    [Test]
    public async Task The_count_of_dropped_deliveries_is_reset()
    {
        await using var receiver = WebhookReceiver.Start();
        var id = await Register(receiver);
        await Page.RouteAsync($"**/webhooks/{id}", async route =>
        {
            var webhook = (await route.FetchAsync()).JsonAsync<Dictionary<string, object>>();
            await route.FulfillAsync(new()
            {
                Json = new Dictionary<string, object>((await webhook)!) { ["dropped"] = 7, ["dropped_since"] = 1 },
            });
        }, new() { Times = 1 });
        await Go("webhooks", ("id", id));

        await Press(Button("Reset the count"), Main);
    }

    [Test]
    public async Task All_failed_deliveries_are_made_again()
    {
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = _ => ReceiverAnswer.Status(503);
        var id = await Register(receiver);
        await Kv.Put("cart/1", "apples");
        await Waits(id, "pending");
        await Kv.Send(HttpMethod.Put, $"/webhooks/{id}", """{"status":"disabled"}""");
        await Waits(id, "failed");
        await Kv.Send(HttpMethod.Put, $"/webhooks/{id}", """{"status":"active"}""");
        receiver.Answer = _ => ReceiverAnswer.Ok;
        await Go("webhooks", ("id", id));
        await Tab("Failed").ClickAsync();

        await Press(Button("Deliver all again"), Part("Deliveries"));
        await Sees("Nothing has failed");
    }

    [Test]
    public async Task A_waiting_delivery_is_made_again()
    {
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = _ => ReceiverAnswer.Status(503, "", ("Retry-After", "3600"));
        var id = await Register(receiver);
        await Kv.Put("cart/1", "apples");
        await Waits(id, "pending");
        await Go("webhooks", ("id", id));
        await Page.Locator(".delivery summary").ClickAsync();
        receiver.Answer = _ => ReceiverAnswer.Ok;
        // The list is loaded anew when the delivery has arrived.
        await Page.RouteAsync("**/redeliver", async route =>
        {
            var answer = await route.FetchAsync();
            await Eventually.Holds(async () => await Deliveries(id, "pending") == 0, "it has arrived");
            await route.FulfillAsync(new() { Response = answer });
        });

        await Press(Button("Deliver again now"), Part("Deliveries"));
        await Sees("Nothing is waiting");
    }

    [Test]
    public async Task A_watch_goes_on_from_now()
    {
        await WatchTooLate();

        await Press(Button("Watch from now on"), Main);
    }

    [Test]
    public async Task A_deletion_is_undone_and_a_message_is_dismissed()
    {
        await Kv.Put("a", "first");
        await Kv.Put("b", "second");
        await Go("keys", ("key", "a"));

        await Press(Button("Delete"), Title);
        await Press(Button("Undo"), TreeItem("b"));
        await Sees("Brought back");
        await Press(Button("Dismiss").First, TreeItem("b"));
    }

    [Test]
    public async Task A_list_has_no_further_page()
    {
        foreach (var i in Enumerable.Range(0, 21))
            await Kv.Put("k", $"{i}");
        await new KvClient(Host.Http, Kv.Namespace, "another").Put("theirs", "2");
        await Page.RouteAsync("**/tenants?*", route => route.ContinueAsync(new()
        {
            Url = route.Request.Url.Replace("limit=100", "limit=1", StringComparison.Ordinal),
        }));
        await Go("keys", ("key", "k"));
        await Tab("History").ClickAsync();

        await Press(Button("Earlier changes"), EndOfTheList);
        await Page.Locator(".tenant-button").ClickAsync();
        await Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Searchbox).FillAsync(Kv.Namespace!);
        await Assertions.Expect(Page.Locator(".choices button")).ToHaveCountAsync(1);
        await Press(Button("More tenants"), EndOfTheList);
        await Assertions.Expect(EndOfTheList).ToHaveTextAsync("These are all.");
    }

    [Test]
    public async Task The_last_keys_are_loaded()
    {
        // Without this the next page loads as soon as its place is near.
        await Page.AddInitScriptAsync("window.IntersectionObserver = class { observe() {} disconnect() {} };");
        foreach (var i in Enumerable.Range(0, 51))
            await Kv.Put($"k{i:00}", "x");
        await Go("keys");

        await Press(Button("More keys"), EndOfTheList);
        await Assertions.Expect(TreeItem("k50")).ToBeVisibleAsync();
    }

    [TestCase("JSON", 201, "Show all 201", "Value")]
    [TestCase("Text", 40_000, "Show all (39 KiB)", "Value")]
    [TestCase("Hex", 2_000, "Show more", "Bytes of the value")]
    public async Task The_rest_of_a_value_is_shown(string kind, int length, string button, string value)
    {
        var items = string.Join(',', Enumerable.Range(0, length));
        await Kv.Put("k", kind == "JSON" ? $"[{items}]" : new string('x', length));
        await Go("keys", ("key", "k"));
        await Button(kind).ClickAsync();

        await Press(Button(button), Field(value));
    }

    [Test]
    public async Task An_export_is_stopped()
    {
        var stopped = new TaskCompletionSource();
        await Page.RouteAsync("**/export*", async route =>
        {
            await stopped.Task;
            await route.AbortAsync();
        });
        await Go("transfer");
        await Button("Export").ClickAsync();

        await Press(Button("Stop"), Part("Export"));
        stopped.SetResult();
    }

    [Test]
    public async Task A_phone_shows_a_key_and_then_the_list_again()
    {
        await Page.SetViewportSizeAsync(360, 740);
        await Kv.Put("a", "first");
        await Kv.Put("b", "second");
        await Go("keys");

        await Press(TreeItem("b"), Title);
        await Press(Button("Back to the list"), TreeItem("b"));
    }

    // Enter on a control; then the focus is elsewhere.
    private async Task Press(ILocator control, ILocator then)
    {
        await control.FocusAsync();
        await Page.Keyboard.PressAsync("Enter");
        await HasFocus(then);
    }

    private ILocator Part(string name) => Page.GetByRole(AriaRole.Region, new() { Name = name, Exact = true });

    private async Task<string> Register(WebhookReceiver receiver) => (await Kv.Send(
        HttpMethod.Post, "/webhooks", $$"""{"key":"cart/*","event":"*","endpoint":"{{receiver.Uri}}"}"""))
        .Json.GetProperty("id").GetString()!;

    private Task Waits(string id, string status) =>
        Eventually.Holds(async () => await Deliveries(id, status) == 1, $"a delivery is {status}");

    private async Task<int> Deliveries(string id, string status) => (await Kv.Send(
        HttpMethod.Get, $"/webhooks/{id}/deliveries?status={status}")).Json.GetProperty("items").GetArrayLength();
}
