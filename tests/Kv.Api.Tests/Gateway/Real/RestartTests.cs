using System.Globalization;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Gateway.Real;

/// <summary>Watches through nginx miss nothing when nginx or Kv restarts, as docs/gateways.md says.</summary>
internal sealed class RestartTests
{
    private const string Base = "/kv-service";
    private const string Query = "?namespace=n&app=a";

    [Test]
    public async Task A_watch_resumes_where_it_stopped()
    {
        using var directory = new TemporaryDirectory();
        var port = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        await using var page = await SharedChromium.Open();
        await using var first = Kv();
        var kv = await Client(first);
        await using var nginx = await RealGateway.Start("nginx", await first.Address());
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = nginx.Address };
        await Watch(page, nginx);
        await kv.Send(HttpMethod.Put, $"{Base}/kv/before", """{"value":"v"}""");
        await page.Until("heard.length === 1");

        // nginx restarts: the browser reconnects by itself.
        nginx.Kill();
        await kv.Send(HttpMethod.Put, $"{Base}/kv/without-nginx", """{"value":"v"}""");
        nginx.StartAgain();
        await page.Until("heard.length === 2");
        Assert.That(await page.Evaluate<int>("sources.length"), Is.EqualTo(1));

        // Kv restarts: nginx answers 502, the browser gives up, and the page opens another watch.
        await using var reader = await EventReader.Open(http, kv, pathBase: Base);
        await kv.Send(HttpMethod.Put, $"{Base}/kv/between", """{"value":"v"}""");
        Assert.That((await reader.Next())?.Key, Is.EqualTo("between"));
        await page.Until("heard.length === 3");
        await first.Kill();
        Assert.That(await reader.Next(), Is.Null, "the watch has ended");
        await page.Until("sources[0].readyState === EventSource.CLOSED");
        await using var second = Kv();
        await (await Client(second)).Send(HttpMethod.Put, $"{Base}/kv/after", """{"value":"v"}""");
        await using var goesOn = await EventReader.Open(http, kv, lastEventId: reader.LastEventId, pathBase: Base);
        Assert.That((await goesOn.Next())?.Key, Is.EqualTo("after"));
        await page.Until("heard.length === 4");
        Assert.That(
            await page.Evaluate<string[]>("heard"),
            Is.EqualTo(new[] { "before", "without-nginx", "between", "after" }));

        KvProcess Kv() => KvProcess.Start(
            ("STORE", "embedded"), ("DATA_DIR", directory.Path), ("PORT", port), ("PATH_BASE", Base),
            ("TRUSTED_PROXIES", "127.0.0.1"));
    }

    private static Task<KvClient> Client(KvProcess kv) => kv.Client("n", "a");

    private static async Task Watch(BrowserPage page, RealGateway nginx)
    {
        await Eventually.Holds(
            async () =>
            {
                await page.Go(new Uri(nginx.Address, $"{Base}/livez"));
                return await page.Evaluate<bool>("document.body.innerText.includes('healthy')");
            },
            "nginx passes requests on");
        await page.Evaluate<object>(
            $$"""
            window.heard = [];
            window.sources = [];
            const Native = EventSource;
            window.EventSource = class extends Native { constructor(url) { super(url); sources.push(this); } };
            {{GatewayDocument.Block("A restart")}}
            watch('{{Base}}/watch{{Query}}', event => heard.push(JSON.parse(event.data).key));
            undefined
            """);
        await page.Until("sources[0].readyState === EventSource.OPEN");
    }
}
