using Kv.Testing;

namespace Kv.Api.Tests.Hosting;

/// <summary>A test of Kv's answers in a real browser, on a shared host and beside another site.</summary>
internal abstract class BrowserTest
{
    /// <summary>A page that is empty until the test goes somewhere.</summary>
    protected BrowserPage Page { get; private set; } = null!;

    protected KvHost Host { get; private set; } = null!;

    /// <summary>Callers that name no tenant, as a browser does.</summary>
    protected KvClient Kv => new(Host.Http, null, null);

    /// <summary>
    /// Another site. It answers every request with an empty page, and a path that ends in .js with a script.
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
        // Neither exists without a browser.
        if (Page is not null)
            await Page.DisposeAsync();
        if (Elsewhere is not null)
            await Elsewhere.DisposeAsync();
    }
}
