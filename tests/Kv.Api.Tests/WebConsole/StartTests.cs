using Kv.Api.Tests.Hosting;
using Kv.Testing;
using Microsoft.Playwright;

namespace Kv.Api.Tests.WebConsole;

/// <summary>The page before the console's scripts run.</summary>
internal sealed class StartTests(Engine engine) : ConsoleTest(engine)
{
    [Test]
    public async Task The_first_content_waits_for_no_file()
    {
        var shown = new TaskCompletionSource();
        await Page.RouteAsync("**/console/v-*/**", async route =>
        {
            await shown.Task;
            await route.ContinueAsync();
        });
        await Page.GotoAsync($"{Host.Address}console/", new() { WaitUntil = WaitUntilState.Commit });

        await Sees("Loading\u2026");
        await Eventually.Holds(
            () => Page.EvaluateAsync<bool>("performance.getEntriesByName('first-contentful-paint').length === 1"),
            "the first content is painted");
        shown.SetResult();

        await Page.GetByRole(AriaRole.Heading, new() { Name = "Keys", Exact = true }).WaitForAsync();
        await Assertions.Expect(Page.GetByText("Loading\u2026")).ToHaveCountAsync(0);
    }

    [Test]
    public async Task A_page_that_cannot_be_loaded_says_so_and_the_others_work()
    {
        await Page.RouteAsync("**/js/webhooks/page.js", route => route.FulfillAsync(new() { Status = 502 }));
        await Go("webhooks");

        await Sees("This part of the console cannot be loaded.");
        await Page.GetByRole(AriaRole.Link, new() { Name = "Keys" }).ClickAsync();

        await Sees("No keys yet");
    }

    [TestCase("**/js/keys/page.js")]
    [TestCase("**/css/pages.css")]
    [TestCase("**/settings.json")]
    public async Task A_console_that_cannot_start_says_so(string missing)
    {
        await Page.RouteAsync(missing, route => route.FulfillAsync(new() { Status = 502 }));

        await Page.GotoAsync($"{Host.Address}console/");

        await Page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "The console cannot start." }).WaitForAsync();
    }
}
