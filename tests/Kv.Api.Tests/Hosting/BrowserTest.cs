using Kv.Testing;

namespace Kv.Api.Tests.Hosting;

/// <summary>
/// A test of what a real browser makes of Kv's answers, on a shared host and beside a site that is not Kv's.
/// </summary>
internal abstract class BrowserTest
{
    /// <summary>A page that is empty until the test goes somewhere.</summary>
    protected BrowserPage Page { get; private set; } = null!;

    protected KvHost Host { get; private set; } = null!;

    /// <summary>Callers that name no tenant, as a browser does.</summary>
    protected KvClient Kv => new(Host.Http, null, null);

    /// <summary>
    /// Another site. Whatever it is asked for, it sends a page that does nothing; a path that ends so, a script.
    /// </summary>
    protected WebhookReceiver Elsewhere { get; private set; } = null!;

    [SetUp]
    public async Task Open()
    {
        Page = await SharedChromium.Open();
        Elsewhere = WebhookReceiver.Start();
        Elsewhere.Answer = request => request.Target.EndsWith(".js", StringComparison.Ordinal)
            ? ReceiverAnswer.Status(200, "ran()", ("Content-Type", "text/javascript"))
            : ReceiverAnswer.Status(
                200, "<!DOCTYPE html><title>Elsewhere</title><link rel='icon' href='data:,'>",
                ("Content-Type", "text/html"));
        Host = await SharedHosts.Get(Engine.Embedded);
    }

    [TearDown]
    public async Task Close()
    {
        // There is neither where there is no browser.
        if (Page is not null)
            await Page.DisposeAsync();
        if (Elsewhere is not null)
            await Elsewhere.DisposeAsync();
    }
}
