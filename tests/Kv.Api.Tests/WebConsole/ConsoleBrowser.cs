using Kv.Testing;
using Microsoft.Playwright;

namespace Kv.Api.Tests.WebConsole;

/// <summary>One browser for all tests of the console, driven by Playwright; each page has a profile of its own.</summary>
internal static class ConsoleBrowser
{
    private static readonly Lazy<Task<(IPlaywright Playwright, IBrowser Browser)>> Started = new(() => Task.Run(Start));

    public static async Task<IBrowser> Get()
    {
        // Outside the shared task: what skips a test must be thrown in that test.
        SharedChromium.Binary();
        return (await Started.Value).Browser;
    }

    public static async Task Stop()
    {
        if (Started is not { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            return;
        var (playwright, browser) = await Started.Value;
        await browser.DisposeAsync();
        playwright.Dispose();
    }

    private static async Task<(IPlaywright, IBrowser)> Start()
    {
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = SharedChromium.Binary(),
            // The sandbox cannot be had as root or in most containers; only the tests' own pages are opened.
            Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server", "--disable-breakpad"],
        });
        return (playwright, browser);
    }
}
