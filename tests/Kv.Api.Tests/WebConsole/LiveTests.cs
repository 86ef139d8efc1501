using Kv.Api.Tests.Hosting;
using Microsoft.Playwright;

namespace Kv.Api.Tests.WebConsole;

internal sealed class LiveTests(Engine engine) : ConsoleTest(engine)
{
    [Test]
    public async Task Changes_under_a_prefix_appear_as_they_happen_and_lead_to_their_keys()
    {
        await Go("live", ("prefix", "cart/"));
        await Sees("connected");

        await Kv.Put("other", "unseen");
        await Kv.Put("cart/1", "apples");
        await Kv.Put("cart/1", "pears");
        await Kv.Delete("cart/1");
        var events = Page.Locator(".event");
        await Assertions.Expect(events).ToHaveCountAsync(3);

        Assert.That(
            await events.Locator(".badge").AllTextContentsAsync(),
            Is.EqualTo(new[] { "delete", "update", "create" }), "the newest first");
        await Field("Filter what is shown").FillAsync("pears");
        await Assertions.Expect(events).ToHaveCountAsync(1);
        await events.GetByRole(AriaRole.Link).ClickAsync();
        await Sees("There is no such key");
    }

    [Test]
    public async Task A_watch_that_came_too_late_goes_on_from_now()
    {
        await WatchTooLate();
        await Sees("The store no longer keeps the changes that were due.");

        await Button("Watch from now on").ClickAsync();

        await Sees("connected");
        await Kv.Put("cart/1", "apples");
        await Assertions.Expect(Page.Locator(".event")).ToHaveCountAsync(1);
    }

    [Test]
    public async Task A_watch_that_breaks_off_goes_on_where_it_ended_and_the_changes_can_be_cleared()
    {
        var revision = (await Kv.Put("cart/1", "apples")).Header("KV-Revision")!;
        await Kv.Put("cart/2", "pears");
        var change = $$"""{"key":"cart/1","value":"apples","etag":"{{revision}}"}""";
        await Page.RouteAsync(
            "**/watch?*", route => route.FulfillAsync(new()
            {
                ContentType = "text/event-stream",
                Body = $"id: {revision}\nevent: create\ndata: {change}\n\n",
            }),
            new() { Times = 1 });
        await Go("live", ("prefix", "cart/"));

        await Sees("connected");
        await Assertions.Expect(Page.Locator(".event a")).ToHaveTextAsync(["cart/2", "cart/1"]);
        await Button("Clear").ClickAsync();
        await Sees("Waiting for a change");
        await Kv.Put("cart/3", "plums");
        await Assertions.Expect(Page.Locator(".event a")).ToHaveTextAsync(["cart/3"]);
    }

    [Test]
    public async Task A_paused_page_keeps_new_changes_until_it_resumes()
    {
        await Go("live");
        await Sees("connected");
        await Button("Pause").ClickAsync();
        await Kv.Put("a", "1");
        await Kv.Put("b", "2");

        await Button("Continue (2 new)").WaitForAsync();
        Assert.That(await Page.Locator(".event").CountAsync(), Is.Zero);
        await Button("Continue (2 new)").ClickAsync();

        await Assertions.Expect(Page.Locator(".event")).ToHaveCountAsync(2);
    }
}
