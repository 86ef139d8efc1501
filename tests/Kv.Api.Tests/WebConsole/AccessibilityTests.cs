using Deque.AxeCore.Commons;
using Kv.Api.Tests.Hosting;
using Microsoft.Playwright;

namespace Kv.Api.Tests.WebConsole;

/// <summary>The accessibility of each page: axe, in light and dark, and the width of a phone.</summary>
// The pages are the same on either engine, but for the overview, and axe takes long.
[TestFixture(Engine.Embedded)]
internal sealed class AccessibilityTests(Engine engine) : ConsoleTest(engine)
{
    /// <summary>The width of a small phone.</summary>
    public const int PhoneWidth = 360;

    // A place, a text that it shows, and a button that opens a part of it.
    private static readonly string?[][] Pages =
    [
        ["keys", "motd", null], ["keys?key=motd", "Edit", null], ["keys?contains=mot", "found among all names", null],
        ["live", "connected", null], ["webhooks", "active", null], ["webhooks?id", "Settings", null],
        ["transfer", "Dry run", null], ["overview", "healthy", null],
    ];

    private static readonly string?[][] Parts =
    [
        ["keys", "motd", "New key"], ["keys", "motd", "Tenant:"],
        ["keys?prefix=mot", "motd", "Copy\u2026"], ["keys?prefix=mot", "motd", "Delete\u2026"],
        ["keys?key=motd", "Edit", "Edit"], ["keys?key=motd", "Edit", "Expiry"],
        ["keys?key=motd", "Edit", "Copy as curl"], ["keys?key=motd", "Edit", "History"],
        ["keys?key=motd", "Edit", "Webhooks"], ["webhooks", "active", "New webhook"],
        ["webhooks?id", "Settings", "Replay\u2026"], ["webhooks?id", "Settings", "Delete"],
    ];

    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    private string _webhook = "";

    [SetUp]
    public async Task MakeAKeyAndAWebhook()
    {
        foreach (var value in new[] { "Welcome", "Welcome back" })
            await Kv.Put("motd", value, ttl: 3600);
        var webhook = await Kv.Send(
            HttpMethod.Post, "/webhooks", """{"key":"*","event":"*","endpoint":"http://127.0.0.1:9/a/path/that/is/as/long/as/some/are"}""");
        _webhook = webhook.Json.GetProperty("id").GetString()!;
    }

    [TestCaseSource(nameof(Pages))]
    [TestCaseSource(nameof(Parts), Category = Categories.Long)]
    public async Task No_page_has_a_serious_or_critical_finding(string place, string shows, string? button)
    {
        await Visit(Page, place, shows, button);
        await Check(Page, $"{place} {button}", ColorScheme.Light);
    }

    [Test]
    public async Task The_start_has_no_serious_or_critical_finding()
    {
        await Page.GotoAsync(Host.Address.ToString());
        await Check(Page, "/", ColorScheme.Light);
    }

    [Test]
    [Category(Categories.Long)]
    public async Task No_page_has_a_serious_or_critical_finding_in_the_dark_scheme()
    {
        var page = await NewPage(ColorScheme.Dark);
        foreach (var place in Pages.Concat(Parts))
        {
            await page.GotoAsync("about:blank");
            await Visit(page, place[0]!, place[1]!, place[2]);
            await Check(page, $"{place[0]} {place[2]}", ColorScheme.Dark);
        }
        await page.GotoAsync(Host.Address.ToString());
        await Check(page, "/", ColorScheme.Dark);
    }

    [TestCase(ColorScheme.Light, "<img src='data:,'>", "image-alt: ")]
    [TestCase(ColorScheme.Dark, "<p style='color: #777; background: #666'>Text", "color-contrast: ")]
    public async Task A_finding_is_told(ColorScheme scheme, string body, string finding)
    {
        await Page.SetContentAsync(body);

        Assert.That(await Findings(Page, scheme), Has.Some.StartsWith(finding));
    }

    [TestCaseSource(nameof(Pages))]
    [TestCaseSource(nameof(Parts), Category = Categories.Long)]
    public async Task Every_page_fits_a_phone(string place, string shows, string? button)
    {
        var page = await NewPage(width: PhoneWidth, height: 740);
        await Visit(page, place, shows, button);
        await CheckWidth(page, $"{place} {button}");
    }

    /// <summary>Expects that a page fits a phone.</summary>
    public static async Task CheckWidth(IPage page, string name)
    {
        const string hiddenWidth =
            "Math.max(0, ...[...document.querySelectorAll('.page, .pane-body')]"
            + ".map(part => part.scrollWidth - part.clientWidth))";
        const string cutOff =
            "[...document.querySelectorAll('a, button, input, select')].filter(control => control.checkVisibility())"
            + ".filter(control => control.getBoundingClientRect().left < 0"
            + " || control.getBoundingClientRect().right > innerWidth)"
            + ".map(control => control.outerHTML.slice(0, 120))";
        Assert.That(
            await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), Is.EqualTo(PhoneWidth), name);
        Assert.That(await page.EvaluateAsync<int>(hiddenWidth), Is.Zero, $"{name} scrolls only up and down");
        Assert.That(await page.EvaluateAsync<string[]>(cutOff), Is.Empty, $"{name} cuts no control off");
    }

    /// <summary>Expects that axe finds nothing serious or critical on a page.</summary>
    public static async Task Check(IPage page, string name, ColorScheme scheme) =>
        Assert.That(await Findings(page, scheme), Is.Empty, name);

    // The package's own call takes ten times as long: it opens another page to join the results of frames.
    private static async Task<string[]> Findings(IPage page, ColorScheme scheme)
    {
        await page.EvaluateAsync(Axe);
        return await page.EvaluateAsync<string[]>(
            """
            async rules => {
              const { violations } = await axe.run(document, { resultTypes: ['violations'], ...rules });
              return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
                .map(({ id, help, nodes }) =>
                  `${id}: ${help}: ${nodes.slice(0, 3).map(({ html }) => html).join('; ')}`);
            }
            """,
            // The dark scheme changes only colours.
            scheme == ColorScheme.Dark ? new { runOnly = new[] { "color-contrast" } } : new object());
    }

    private async Task Visit(IPage page, string place, string shows, string? button)
    {
        var parts = place.Split('?', '=');
        await Go(page, parts[0], parts.Length == 1 ? [] : [(parts[1], parts is [_, _, var value] ? value : _webhook)]);
        await page.GetByText(shows).First.WaitForAsync();
        if (button is not null)
            await page
                .GetByRole(
                    button is "History" or "Webhooks" ? AriaRole.Tab : AriaRole.Button,
                    new() { Name = button, Exact = button != "Tenant:" })
                .First.ClickAsync();
        if (button == "History")
            await page.Locator(".history tbody tr").Last.WaitForAsync();
        if (button == "Webhooks")
            await page.Locator(".notice").WaitForAsync();
    }
}
