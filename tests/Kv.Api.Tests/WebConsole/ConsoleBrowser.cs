using Kv.Testing;
using Microsoft.Playwright;

namespace Kv.Api.Tests.WebConsole;

/// <summary>
/// One browser for all tests of the console, driven by Playwright. Its pages share a cache, so that each loads the
/// console's files only once; the console stores nothing that they could share otherwise.
/// </summary>
internal static class ConsoleBrowser
{
    private static readonly Lazy<Task<(IPlaywright Playwright, IBrowserContext Context)>> Started = new(
        () => Task.Run(Start));

    public static async Task<IPage> Open()
    {
        // Outside the shared task: a test is skipped by an exception of its own.
        SharedChromium.Binary();
        return await (await Started.Value).Context.NewPageAsync();
    }

    /// <summary>A page of another person, whose browser shares nothing with the others.</summary>
    public static async Task<IPage> OpenElsewhere()
    {
        SharedChromium.Binary();
        var context = await NewContext((await Started.Value).Context.Browser!);
        var page = await context.NewPageAsync();
        page.Close += (_, _) => _ = context.CloseAsync();
        return page;
    }

    public static async Task Stop()
    {
        if (Started is not { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            return;
        var (playwright, context) = await Started.Value;
        await context.Browser!.DisposeAsync();
        playwright.Dispose();
    }

    private static async Task<(IPlaywright, IBrowserContext)> Start()
    {
        Assertions.SetDefaultExpectTimeout(30_000);
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = SharedChromium.Binary(),
            // The sandbox cannot be had as root or in most containers; only the tests' own pages are opened.
            Args =
                ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server", "--disable-breakpad"],
        });
        return (playwright, await NewContext(browser));
    }

    private static async Task<IBrowserContext> NewContext(IBrowser browser)
    {
        var context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            ReducedMotion = ReducedMotion.Reduce,
            Locale = "en-GB",
            TimezoneId = "UTC",
        });
        // The clipboard belongs to the browser, but each test reads the text that its own page copied.
        await context.AddInitScriptAsync(
            "if (navigator.clipboard) navigator.clipboard.writeText = async text => { window.copied = text; }");
        return context;
    }
}
