using System.Net.WebSockets;
using System.Text.RegularExpressions;

namespace Kv.Testing;

/// <summary>A real browser without a window and with a new profile. It makes only the requests of its pages.</summary>
internal sealed partial class Chromium : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(10);

    // The sandbox is off because it cannot be had as root or in most containers; nothing but the tests' own pages is
    // opened.
    private static readonly string[] Arguments =
    [
        "--headless", "--remote-debugging-port=0", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--no-proxy-server",
        "--disable-breakpad",
    ];

    private readonly TemporaryDirectory _home = new();
    private readonly ServerProcess _process;
    private DevTools? _tools;

    private Chromium(string binary) => _process = ServerProcess.Start(
        binary, [.. Arguments, $"--user-data-dir={_home.File("profile")}", "about:blank"], environment =>
        {
            environment["HOME"] = _home.Path;
            environment["TMPDIR"] = _home.Path;
        });

    /// <summary>Starts a browser and waits until it takes commands.</summary>
    public static async Task<Chromium> Start(string binary)
    {
        var chromium = new Chromium(binary);
        try
        {
            await Eventually.Holds(
                () => chromium._process.HasExited || ListeningOn().IsMatch(chromium._process.Log),
                "Chromium has started", StartTimeout);
            var address = ListeningOn().Match(chromium._process.Log);
            if (!address.Success)
                throw new InvalidOperationException($"Chromium ended while it started:\n{chromium._process.Log}");
            chromium._tools = await DevTools.Connect(new Uri(address.Value));
            return chromium;
        }
        catch
        {
            await chromium.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens an empty page, with cookies and a cache of its own.</summary>
    public Task<BrowserPage> Open() => BrowserPage.Open(_tools!);

    public async ValueTask DisposeAsync()
    {
        if (_tools is not null)
            await Close(_tools);
        _process.Dispose();
        _home.Dispose();
    }

    // On request it ends its child processes too; killed, it would leave them running.
    private async Task Close(DevTools tools)
    {
        try
        {
            await tools.Call("Browser.close", new { });
            await _process.Ended().WaitAsync(CloseTimeout);
        }
        catch (Exception e) when (e is InvalidOperationException or WebSocketException or TimeoutException)
        {
            // It has ended, or must be killed.
        }
        await tools.DisposeAsync();
    }

    [GeneratedRegex(@"(?<=DevTools listening on )ws://\S+")]
    private static partial Regex ListeningOn();
}
