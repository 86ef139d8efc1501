using Kv.Api.Tests.Hosting;
using Kv.Testing;
using Microsoft.Playwright;

namespace Kv.Api.Tests.WebConsole;

/// <summary>
/// The pictures of docs/console.md, light and dark. <c>KV_SCREENSHOTS</c> names the folder that gets them.
/// </summary>
[TestFixture(Engine.Embedded)]
internal sealed class ScreenshotTests(Engine engine) : ConsoleTest(engine)
{
    [Test]
    public async Task The_guide_shows_the_pages_as_they_are()
    {
        using var unused = new TemporaryDirectory();
        var folder = Environment.GetEnvironmentVariable("KV_SCREENSHOTS") is { Length: > 0 } named
            ? named
            : unused.Path;
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = _ => ReceiverAnswer.Status(503, "down for maintenance");
        var webhook = (await Kv.Send(
            HttpMethod.Post, "/webhooks", $$"""{"key":"cart/*","event":"*","endpoint":"{{receiver.Uri}}orders","add_event_data":true}"""))
            .Json.GetProperty("id").GetString()!;
        await Fill();

        foreach (var (scheme, name) in new[] { (ColorScheme.Light, "light"), (ColorScheme.Dark, "dark") })
        {
            var page = await NewPage(scheme, 1200, 720);
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

            await Go(page, "webhooks", ("id", webhook));
            await Eventually.Holds(
                async () =>
                {
                    await page.GetByRole(AriaRole.Button, new() { Name = "Reload the deliveries" }).ClickAsync();
                    return await page.Locator(".delivery").CountAsync() > 0;
                },
                "a delivery waits");
            await page.Locator(".delivery summary").First.ClickAsync();
            await page.Locator(".delivery").First.ScrollIntoViewIfNeededAsync();
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

    private async Task Fill()
    {
        foreach (var (key, value, ttl) in new (string, string, long?)[]
        {
            ("cart/1001", """{"items":[{"sku":"A-1","count":2}]}""", 5400), ("cart/1002", """{"items":[]}""", 1800),
            ("config/production/limits", """{"requests":{"per_second":250,"burst":500},"regions":["eu-central","us-east"],"open":true}""", null),
            ("config/production/db", "host=db.internal", null), ("config/staging/db", "host=db.staging", null),
            ("flags/new-checkout", "on", null), ("session/ada", "42", 900),
        })
            await Kv.Put(key, value, ttl);
    }
}
