using System.Text.Json.Nodes;
using Kv.Api.Tests.Hosting;
using Kv.Testing;
using Microsoft.Playwright;

namespace Kv.Api.Tests.WebConsole;

/// <summary>
/// The pictures of docs/console.md, light and dark. <c>KV_SCREENSHOTS</c> names the folder that gets them.
/// </summary>
[TestFixture(Engine.Embedded, Category = Categories.Long)]
internal sealed class ScreenshotTests(Engine engine) : ConsoleTest(engine)
{
    private const int Points = 240;
    private const int PointSeconds = 15;

    private static readonly string? Folder =
        Environment.GetEnvironmentVariable("KV_SCREENSHOTS") is { Length: > 0 } named ? named : null;

    [SetUp]
    public async Task StartAHostOfItsOwn()
    {
        Host = await KvHost.StartWith(new FastPoints(), Engine);
        Kv = new KvClient(Host.Http, "shop", "checkout");
    }

    [TearDown]
    public async Task StopTheHost() => await Host.DisposeAsync();

    [Test]
    public async Task The_pictures_of_the_guide_show_the_current_pages()
    {
        using var unused = new TemporaryDirectory();
        var folder = Folder ?? unused.Path;
        await using var receiver = WebhookReceiver.Start();
        var orders = await Register("cart/*", $"{receiver.Uri}orders");
        await Register("traffic/*", $"{receiver.Uri}stock");
        await MakeTraffic(receiver, points: Folder is null ? 4 : Points);
        receiver.Answer = _ => ReceiverAnswer.Status(503, "down for maintenance");
        await Fill();

        foreach (var (scheme, name) in new[] { (ColorScheme.Light, "light"), (ColorScheme.Dark, "dark") })
        {
            var page = await NewPage(scheme, 1200, 720);
            await page.RouteAsync("**/admin/overview", Stretch);
            await Go(page, "overview");
            await Assertions.Expect(page.Locator(".plot canvas")).ToHaveCountAsync(4, new() { Timeout = 30_000 });
            await page.SetViewportSizeAsync(1200, 860);
            await Save("overview");
            await page.SetViewportSizeAsync(1200, 720);

            await Go(page, "keys", ("key", "config/production/limits"));
            await page.Locator(".json").WaitForAsync();
            await Save("keys");

            await Kv.Put("motd", "Welcome.\nOpen until 18:00.\n");
            await Go(page, "keys", ("key", "motd"));
            await page.GetByRole(AriaRole.Button, new() { Name = "Edit", Exact = true }).ClickAsync();
            await page.GetByLabel("Value", new() { Exact = true }).FillAsync("Welcome.\nOpen until 20:00.\n");
            await Kv.Put("motd", "Welcome.\nOpen until 16:00.\n");
            await page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
            await page.GetByLabel("Merged value").WaitForAsync();
            await Save("conflict");

            await Go(page, "webhooks", ("id", orders));
            await Eventually.Holds(
                async () =>
                {
                    await page.GetByRole(AriaRole.Button, new() { Name = "Reload the deliveries" }).ClickAsync();
                    return await page.Locator(".delivery").CountAsync() > 0;
                },
                "a delivery waits");
            await page.Locator(".delivery summary").First.ClickAsync();
            await page.Locator("#deliveries").EvaluateAsync("heading => heading.scrollIntoView()");
            await Save("webhook");

            async Task Save(string what)
            {
                var file = Path.Combine(folder, $"{what}-{name}.png");
                await page.ScreenshotAsync(new PageScreenshotOptions
                {
                    Path = file,
                    Animations = ScreenshotAnimations.Disabled,
                });
                Assert.That(new FileInfo(file).Length, Is.InRange(10_000, 200_000), file);
            }
        }
    }

    private async Task<string> Register(string key, string endpoint) => (await Kv.Send(
        HttpMethod.Post, "/webhooks", $$"""{"key":"{{key}}","event":"*","endpoint":"{{endpoint}}","add_event_data":true}"""))
        .Json.GetProperty("id").GetString()!;

    // Reads and writes of a shop: more and less, some for keys that are not there, and a receiver with two bad times.
    private async Task MakeTraffic(WebhookReceiver receiver, int points)
    {
        for (var sent = 0; await Made() is var made && made < points; sent++)
        {
            var hour = (double)made / Points;
            receiver.Answer = hour is > 0.4 and < 0.5 ? _ => ReceiverAnswer.Status(503)
                : hour is > 0.7 and < 0.75 ? _ => ReceiverAnswer.Close
                : _ => ReceiverAnswer.Ok;
            var calls = (int)(12 + (6 * Math.Sin(hour * 9)) + (2 * Math.Sin(sent)));
            await Task.WhenAll(Enumerable.Range(0, calls).Select(i => i switch
            {
                0 => Kv.Put($"traffic/{sent % 50}", $"{sent}"),
                1 => Kv.Get("traffic/none"),
                _ => Kv.Get($"traffic/{i}"),
            }));
        }
        foreach (var i in Enumerable.Range(0, 50))
            await Kv.Delete($"traffic/{i}");

        async Task<int> Made() =>
            (await Kv.Send(HttpMethod.Get, "/admin/overview")).Json.GetProperty("points").GetArrayLength();
    }

    private async Task Fill()
    {
        foreach (var (key, value, ttl) in new (string, string, long?)[]
        {
            ("cart/1001", """{"items":[{"sku":"A-1","count":2}]}""", 5400), ("cart/1002", """{"items":[]}""", 1800),
            ("config/production/limits", """{"requests":{"per_second":250,"burst":500},"regions":["eu-central","us-east"],"open":true}""", null),
            ("config/production/database", "host=db.internal", null),
            ("config/staging/database", "host=db.staging", null),
            ("flags/new-checkout", "on", null), ("motd", "Welcome.", null), ("session/ada", "42", 900),
        })
            await Kv.Put(key, value, ttl);
    }

    // The hour of the scene takes a minute: the times of its points are those of the hour that they stand for.
    private static async Task Stretch(IRoute route)
    {
        var answer = await route.FetchAsync();
        var overview = JsonNode.Parse(await answer.TextAsync())!;
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var points = overview["points"]!.AsArray();
        for (var i = 0; i < points.Count; i++)
            points[i]!["at"] = now - (PointSeconds * (points.Count - 1 - i));
        overview["started_at"] = now - 3600;
        await route.FulfillAsync(new() { Response = answer, Body = overview.ToJsonString() });
    }

    /// <summary>The points of the overview come after a quarter of a second.</summary>
    private sealed class FastPoints : TimeProvider
    {
        public override ITimer CreateTimer(
            TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            period == TimeSpan.FromSeconds(PointSeconds)
                ? base.CreateTimer(callback, state, dueTime / 60, period / 60)
                : base.CreateTimer(callback, state, dueTime, period);
    }
}
