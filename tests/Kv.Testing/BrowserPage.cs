using System.Collections.Concurrent;
using System.Text.Json;

namespace Kv.Testing;

/// <summary>A page in a real browser, with the browser's reports about it.</summary>
public sealed class BrowserPage : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly DevTools _tools;
    private readonly string _context;
    private readonly string _session;
    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly ConcurrentQueue<string> _requested = new();

    private BrowserPage(DevTools tools, string context, string session) =>
        (_tools, _context, _session) = (tools, context, session);

    /// <summary>
    /// The warnings and errors of the console, and failed loads: violations of a policy, failed scripts, and error
    /// answers.
    /// </summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    /// <summary>The requested addresses, including the page itself and refused requests.</summary>
    public IReadOnlyCollection<string> Requested => _requested;

    internal static async Task<BrowserPage> Open(DevTools tools)
    {
        var context = Text(
            await tools.Call("Target.createBrowserContext", new { disposeOnDetach = true }), "browserContextId");
        var target = Text(
            await tools.Call("Target.createTarget", new { url = "about:blank", browserContextId = context }),
            "targetId");
        var session = Text(
            await tools.Call("Target.attachToTarget", new { targetId = target, flatten = true }), "sessionId");
        var page = new BrowserPage(tools, context, session);
        tools.Listen(session, page.Hear);
        foreach (var domain in (string[])["Page", "Runtime", "Log", "Network"])
            await page.Call($"{domain}.enable", new { });
        return page;
    }

    /// <summary>Goes to an address, and waits until all is loaded that the page itself names.</summary>
    public async Task Go(Uri address)
    {
        var answer = await Call("Page.navigate", new { url = address.ToString() });
        if (answer.TryGetProperty("errorText", out var error))
            throw new InvalidOperationException($"{address}: {error}");
        await Until("location.href !== 'about:blank' && document.readyState === 'complete'");
    }

    /// <summary>The value of a JavaScript expression in the page; for a promise, its result.</summary>
    public async Task<T?> Evaluate<T>(string expression)
    {
        var answer = await Call("Runtime.evaluate", new { expression, awaitPromise = true, returnByValue = true });
        if (answer.TryGetProperty("exceptionDetails", out var details))
            throw new InvalidOperationException($"{expression}: {details}");
        return answer.GetProperty("result").TryGetProperty("value", out var value) ? value.Deserialize<T>() : default;
    }

    /// <summary>Waits until an expression of JavaScript is true in the page.</summary>
    public Task Until(string condition) => Eventually.Holds(
        async () => await Evaluate<bool>(condition)
            ? true
            : throw new InvalidOperationException($"The browser told: {string.Join('\n', Complaints)}"),
        condition, Patience);

    /// <summary>Shows the page as a phone of so many pixels does.</summary>
    public Task BePhone(int width, int height) =>
        Call("Emulation.setDeviceMetricsOverride", new { width, height, deviceScaleFactor = 2, mobile = true });

    /// <summary>Types into the element that has the focus.</summary>
    public Task Type(string text) => Call("Input.insertText", new { text });

    /// <summary>
    /// The addresses of the frames within the page, each as it is shown: where a frame was refused, the one of the
    /// error.
    /// </summary>
    public async Task<string[]> Frames()
    {
        var tree = (await Call("Page.getFrameTree", new { })).GetProperty("frameTree");
        return tree.TryGetProperty("childFrames", out var frames)
            ? [.. frames.EnumerateArray().Select(frame => Text(frame.GetProperty("frame"), "url"))]
            : [];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() =>
        await _tools.Call("Target.disposeBrowserContext", new { browserContextId = _context });

    private Task<JsonElement> Call(string method, object parameters) => _tools.Call(method, parameters, _session);

    private void Hear(string name, JsonElement what)
    {
        switch (name)
        {
            case "Log.entryAdded" when what.GetProperty("entry") is var entry
                && Text(entry, "level") is "warning" or "error":
                _complaints.Enqueue($"{Text(entry, "source")}: {Text(entry, "text")}");
                break;
            case "Runtime.consoleAPICalled" when Text(what, "type") is "warning" or "error" or "assert":
                _complaints.Enqueue($"console: {what.GetProperty("args")}");
                break;
            case "Runtime.exceptionThrown":
                _complaints.Enqueue($"exception: {what.GetProperty("exceptionDetails")}");
                break;
            case "Network.requestWillBeSent":
                _requested.Enqueue(Text(what.GetProperty("request"), "url"));
                break;
            case "Network.loadingFailed":
                _complaints.Enqueue($"not loaded: {what}");
                break;
        }
    }

    private static string Text(JsonElement parent, string name) => parent.GetProperty(name).GetString()!;
}
