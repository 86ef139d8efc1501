using System.Text.RegularExpressions;
using Kv.Api.Tests.Hosting;
using Microsoft.Playwright;

namespace Kv.Api.Tests.WebConsole;

/// <summary>How Kv serves the console's files.</summary>
internal sealed partial class ServingTests
{
    [TestCase("/console/")]
    [TestCase("/console/settings.json")]
    [TestCase("/console/js/main.js")]
    public async Task CONSOLE_off_serves_none_of_it_and_the_root_leads_to_Swagger_UI(string path)
    {
        var kv = (await SharedHosts.Get(Engine.Embedded, ("CONSOLE", "off"))).NewTenant();

        Assert.That((await kv.Send(HttpMethod.Get, path)).Status, Is.EqualTo(404));
        var root = await kv.Send(HttpMethod.Get, "/");
        Assert.That((root.Status, root.Header("Location")), Is.EqualTo((302, "/swagger")));
    }

    [TestCase("/console/", "text/html")]
    [TestCase("/console/js/main.js", "text/javascript")]
    [TestCase("/console/vendor/preact.js", "text/javascript")]
    [TestCase("/console/css/base.css", "text/css")]
    [TestCase("/console/icon.svg", "image/svg+xml")]
    public async Task A_file_is_kept_by_the_browser_as_long_as_it_is_the_same(string path, string type)
    {
        var kv = (await SharedHosts.Get(Engine.Embedded)).NewTenant();

        var first = await kv.Send(HttpMethod.Get, path);
        var again = await kv.With(HttpMethod.Get, path, null, ("If-None-Match", first.Header("ETag")!));
        var head = await kv.Send(HttpMethod.Head, path);

        Assert.That((first.Status, first.ContentType), Is.EqualTo((200, type)));
        Assert.That(first.Header("Cache-Control"), Is.EqualTo("no-cache"));
        Assert.That(
            first.Header("Content-Security-Policy"),
            Does.StartWith("default-src 'none'; script-src 'self'; style-src 'self';").And.Not.Contain("unsafe")
                .And.Contain("frame-ancestors 'none'"));
        Assert.That(first.Header("X-Content-Type-Options"), Is.EqualTo("nosniff"));
        Assert.That((again.Status, again.Body), Is.EqualTo((304, "")));
        Assert.That((head.Status, head.Body), Is.EqualTo((200, "")));
    }

    // Without this a browser would learn of a module only from the one that imports it, one round trip after the other.
    [Test]
    public async Task The_page_names_every_module_that_it_will_need()
    {
        var kv = (await SharedHosts.Get(Engine.Embedded)).NewTenant();
        var named = Addresses().Matches((await kv.Send(HttpMethod.Get, "/console/")).Body)
            .Select(match => match.Groups[1].Value).ToArray();

        var imported = new HashSet<string>();
        foreach (var module in named)
        {
            var text = (await kv.Send(HttpMethod.Get, $"/console/{module}")).Body;
            imported.UnionWith(Imports().Matches(text).Select(
                match => new Uri(new Uri($"http://kv/{module}"), match.Groups[1].Value).AbsolutePath[1..]));
        }

        Assert.That(named, Is.EquivalentTo(imported.Append("js/main.js")));
    }

    [TestCase("GET", "/console/none.js", 404)]
    [TestCase("GET", "/console/../appsettings.json", 404)]
    [TestCase("GET", "/console/%2e%2e/appsettings.json", 404)]
    [TestCase("GET", "/console//", 404)]
    [TestCase("POST", "/console/", 405)]
    [TestCase("DELETE", "/console/js/main.js", 405)]
    public async Task What_is_no_file_is_refused(string method, string path, int status)
    {
        var kv = (await SharedHosts.Get(Engine.Embedded)).NewTenant();

        Assert.That((await kv.Send(new HttpMethod(method), path)).Status, Is.EqualTo(status));
    }

    [Test]
    public async Task It_works_under_a_path_of_a_gateway_and_the_root_offers_it_beside_Swagger_UI()
    {
        const string pathBase = "/kv-service";
        var host = await SharedHosts.Get(Engine.Embedded, ("PATH_BASE", pathBase));
        var kv = host.NewTenant();
        await kv.Put("motd", "hello");
        var page = await ConsoleBrowser.Open();
        await page.GotoAsync($"{host.Address}kv-service");
        await page.GetByRole(AriaRole.Link, new() { Name = "Swagger UI" }).WaitForAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Console" }).ClickAsync();
        await page.GetByText("No keys yet").Or(page.GetByRole(AriaRole.Treeitem).First).WaitForAsync();

        await page.GotoAsync(
            $"{host.Address}kv-service/console#/keys?namespace={kv.Namespace}&app={kv.AppName}&key=motd");

        await page.Locator("pre.text", new() { HasText = "hello" }).WaitForAsync();
        await page.CloseAsync();
    }

    [GeneratedRegex("(?:href|src)=\"([^\"]+\\.js)\"")]
    private static partial Regex Addresses();

    [GeneratedRegex("from ?['\"](\\.[^'\"]+\\.js)['\"]")]
    private static partial Regex Imports();
}
