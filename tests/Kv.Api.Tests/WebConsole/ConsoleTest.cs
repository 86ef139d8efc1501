using System.Collections.Concurrent;
using Kv.Api.Tests.Hosting;
using Microsoft.Playwright;

namespace Kv.Api.Tests.WebConsole;

/// <summary>Tests of the console as a person uses it, in a real browser, on a tenant of the test's own.</summary>
// The console uses nothing but the API, which its own tests cover on either engine.
[TestFixture(Engine.Embedded)]
[TestFixture(Engine.Etcd, Category = Categories.Long)]
internal abstract class ConsoleTest(Engine engine) : EngineTests(engine)
{
    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly List<IPage> _pages = [];

    /// <summary>A page of the width of a laptop.</summary>
    protected IPage Page { get; private set; } = null!;

    /// <summary>The addresses that the pages asked for.</summary>
    protected ConcurrentQueue<string> Requested { get; } = new();

    [SetUp]
    public async Task OpenPage() => Page = await NewPage();

    [TearDown]
    public async Task ClosePages()
    {
        foreach (var page in _pages)
            await page.CloseAsync();
        Assert.That(_complaints, Is.Empty, "the browser reports no error");
    }

    /// <summary>Another page.</summary>
    protected async Task<IPage> NewPage(ColorScheme scheme = ColorScheme.Light, int width = 1280, int height = 800) =>
        await Prepare(await ConsoleBrowser.Open(), scheme, width, height);

    /// <summary>A page of another person's browser.</summary>
    protected async Task<IPage> NewBrowser() => await Prepare(await ConsoleBrowser.OpenElsewhere());

    private async Task<IPage> Prepare(
        IPage page, ColorScheme scheme = ColorScheme.Light, int width = 1280, int height = 800)
    {
        _pages.Add(page);
        await page.SetViewportSizeAsync(width, height);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme });
        page.PageError += (_, error) => _complaints.Enqueue(error);
        page.Request += (_, request) => Requested.Enqueue(request.Url);
        page.Console += (_, message) =>
        {
            // The browser reports each refusal of the API (404, 412) as well; the pages show those.
            if (
                message.Type is "error" or "warning"
                    && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
                _complaints.Enqueue(message.Text);
        };
        return page;
    }

    /// <summary>Opens a page of the console on the test's tenant.</summary>
    protected Task Go(string place, params (string Name, string Value)[] parameters) => Go(Page, place, parameters);

    protected async Task Go(IPage page, string place, params (string Name, string Value)[] parameters)
    {
        var query = string.Concat(
            parameters.Select(parameter => $"&{parameter.Name}={Uri.EscapeDataString(parameter.Value)}"));
        await page.GotoAsync($"{Host.Address}console/#/{place}?namespace={Kv.Namespace}&app={Kv.AppName}{query}");
        // A change of the fragment alone loads nothing; the page still shows the new place.
        await page.Locator("main").WaitForAsync();
    }

    /// <summary>Opens the live page, whose first watch is told that the changes are no longer kept.</summary>
    protected async Task WatchTooLate()
    {
        await Page.RouteAsync(
            "**/watch?*", route => route.FulfillAsync(new()
            {
                ContentType = "text/event-stream",
                Body = "event: gone\ndata: {}\n\n",
            }),
            new() { Times = 1 });
        await Go("live", ("prefix", "cart/"));
    }

    protected ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    protected ILocator Field(string label) => Page.GetByLabel(label, new() { Exact = true });

    protected ILocator Tab(string name) => Page.GetByRole(AriaRole.Tab, new() { Name = name, Exact = true });

    protected ILocator TreeItem(string name) => Page.GetByRole(AriaRole.Treeitem, new() { Name = name });

    /// <summary>Waits until the page shows a text.</summary>
    protected Task Sees(string text) => Page.GetByText(text).First.WaitForAsync();

    /// <summary>Waits until a control has the focus.</summary>
    protected static Task HasFocus(ILocator control) => Assertions.Expect(control).ToBeFocusedAsync();

    /// <summary>The text that the page copied last.</summary>
    protected Task<string> Copied() => Page.EvaluateAsync<string>("window.copied");

    /// <summary>The value of a key, read through the API.</summary>
    protected async Task<string?> ValueOf(string key) => (await Kv.Get(key)).Json.GetProperty("value").GetString();
}
