namespace Kv.Testing;

/// <summary>
/// One browser for all tests of an assembly; the pages that it opens share nothing. The assembly stops it in the
/// tear-down of a [SetUpFixture].
/// </summary>
public static class SharedChromium
{
    private static readonly RequiredProgram Program = new(
        "KV_CHROMIUM", ["chromium", "chromium-browser", "google-chrome"],
        "This test needs Chromium, and none was found. Install it (Debian: apt-get install chromium), or name the "
            + "binary of it or of "
        + "Google Chrome in the environment variable KV_CHROMIUM.");

    private static readonly Shared<Chromium> Browser = new(() => Chromium.Start(Program.Check()));

    /// <summary>
    /// Opens an empty page. Where there is no Chromium, the test that is running is skipped, or fails where CI=true.
    /// </summary>
    public static async Task<BrowserPage> Open()
    {
        // Outside the shared task: a test is skipped by an exception of its own.
        Program.Check();
        return await (await Browser.Get()).Open();
    }

    /// <summary>The path of Chromium, for a test that starts its own. Otherwise as <see cref="Open"/>.</summary>
    public static string Binary() => Program.Check();

    /// <summary>Stops the browser, if it was started.</summary>
    public static Task Stop() => Browser.Stop();
}
