using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Kv.Api.Tests.Hosting;
using Kv.Testing;
using Microsoft.Playwright;

namespace Kv.Api.Tests.WebConsole;

/// <summary>How Kv serves the console's files.</summary>
internal sealed partial class ServingTests
{
    private const string Forever = "public, max-age=31536000, immutable";

    [TestCase("/console/")]
    [TestCase("/console/settings.json")]
    [TestCase("/console/v-0/js/main.js")]
    public async Task CONSOLE_off_serves_no_file_of_the_console_and_the_root_leads_to_Swagger_UI(string path)
    {
        var kv = (await SharedHosts.Get(Engine.Embedded, ("CONSOLE", "off"))).NewTenant();

        Assert.That((await kv.Send(HttpMethod.Get, path)).Status, Is.EqualTo(404));
        var root = await kv.Send(HttpMethod.Get, "/");
        Assert.That((root.Status, root.Header("Location")), Is.EqualTo((302, "/swagger")));
    }

    [TestCase("", "text/html", "no-cache")]
    [TestCase("{files}/js/main.js", "text/javascript", Forever)]
    [TestCase("{files}/vendor/preact.js", "text/javascript", Forever)]
    [TestCase("{files}/css/base.css", "text/css", Forever)]
    [TestCase("{files}/icon.svg", "image/svg+xml", Forever)]
    // A page of another version asks during an upgrade.
    [TestCase("v-0/icon.svg", "image/svg+xml", "no-cache")]
    public async Task The_browser_keeps_the_files_of_a_page_and_asks_for_the_page(
        string path, string type, string caching)
    {
        var kv = (await SharedHosts.Get(Engine.Embedded)).NewTenant();
        path = $"/console/{path.Replace("{files}", await Folder(kv), StringComparison.Ordinal)}";

        var first = await kv.Send(HttpMethod.Get, path);
        var again = await kv.With(HttpMethod.Get, path, null, ("If-None-Match", first.Header("ETag")!));
        var head = await kv.Send(HttpMethod.Head, path);

        Assert.That((first.Status, first.ContentType), Is.EqualTo((200, type)));
        Assert.That(first.Header("Cache-Control"), Is.EqualTo(caching));
        Assert.That(
            first.Header("Content-Security-Policy"),
            Does.StartWith("default-src 'none'; script-src 'self'; style-src 'self' 'sha256-").And.Not.Contain("unsafe")
                .And.Contain("frame-ancestors 'none'"));
        Assert.That(first.Header("X-Content-Type-Options"), Is.EqualTo("nosniff"));
        Assert.That((again.Status, again.Body), Is.EqualTo((304, "")));
        Assert.That((head.Status, head.Body), Is.EqualTo((200, "")));
    }

    [Test]
    public async Task The_page_contains_only_the_style_that_its_policy_names()
    {
        var kv = (await SharedHosts.Get(Engine.Embedded)).NewTenant();

        var page = await kv.Send(HttpMethod.Get, "/console/");

        var style = InlineStyles().Matches(page.Body).Single().Groups[1].Value;
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)));
        Assert.That(page.Header("Content-Security-Policy"), Does.Contain($"style-src 'self' 'sha256-{hash}';"));
        Assert.That(page.Body, Does.Not.Match("<script(?![^>]* src=)| style=| on[a-z]+="));
    }

    // Without these lists a browser finds each module only in the module that imports it, one round trip after the
    // other.
    [Test]
    public async Task The_page_names_the_modules_of_its_first_view_and_then_the_others()
    {
        var page = (await (await SharedHosts.Get(Engine.Embedded)).NewTenant().Send(HttpMethod.Get, "/console/")).Body;
        var modules = await Modules();

        var first = Addresses().Matches(page.Split("<template>")[1])
            .Select(match => match.Groups[2].Value).ToHashSet();
        var needed = first.SelectMany(module => Imported(module, Imports())).Append("js/main.js");
        var all = modules.Keys.SelectMany(
            module => Imported(module, Imports()).Concat(Imported(module, LaterImports())));

        Assert.That(first, Is.EquivalentTo(needed.Distinct()));
        Assert.That(modules.Keys, Is.EquivalentTo([.. all.Distinct(), "js/start.js"]));

        IEnumerable<string> Imported(string module, Regex imports) => imports.Matches(modules[module]).Select(
            match => new Uri(new Uri($"http://kv/{module}"), match.Groups[1].Value).AbsolutePath[1..]);
    }

    [Test]
    public async Task Each_call_that_a_page_makes_is_offered_as_curl()
    {
        var areas = (await Modules()).ToLookup(
            module => module.Key[..module.Key.LastIndexOf('/')], module => module.Value);

        var sent = areas.ToDictionary(area => area.Key, area => Names(Sent(), area));
        Assert.That(
            sent.SelectMany(area => area.Value), Is.SupersetOf(new[] { "whoami", "removeAll", "ping" }),
            "calls are found");
        foreach (var area in areas)
            Assert.That(sent[area.Key].Except(Names(Offered(), area)), Is.Empty, area.Key);

        static HashSet<string> Names(Regex calls, IEnumerable<string> texts) =>
            [.. texts.SelectMany(text => calls.Matches(text).Select(match => match.Groups[1].Value))];
    }

    [TestCase("GET", "/console/none.js", 404)]
    [TestCase("GET", "/console/js/main.js", 404)]
    [TestCase("GET", "/console/v-0/index.html", 404)]
    [TestCase("GET", "/console/../appsettings.json", 404)]
    [TestCase("GET", "/console/%2e%2e/appsettings.json", 404)]
    [TestCase("GET", "/console//", 404)]
    [TestCase("POST", "/console/", 405)]
    [TestCase("DELETE", "/console/v-0/js/main.js", 405)]
    public async Task A_path_without_a_file_is_refused(string method, string path, int status)
    {
        var kv = (await SharedHosts.Get(Engine.Embedded)).NewTenant();

        Assert.That((await kv.Send(new HttpMethod(method), path)).Status, Is.EqualTo(status));
    }

    [Test]
    public async Task A_missing_file_of_this_version_is_not_kept()
    {
        var kv = (await SharedHosts.Get(Engine.Embedded)).NewTenant();

        var missing = await kv.Send(HttpMethod.Get, $"/console/{await Folder(kv)}/none.js");

        Assert.That((missing.Status, missing.Header("Cache-Control")), Is.EqualTo((404, "no-cache, private")));
    }

    [Test]
    public async Task A_second_visit_asks_for_nothing_but_the_page_and_its_settings()
    {
        var host = await SharedHosts.Get(Engine.Embedded);
        var page = await ConsoleBrowser.OpenElsewhere();
        await page.GotoAsync($"{host.Address}console/#/live");
        await page.GetByText("connected").WaitForAsync();
        // The modules of the other pages come when the browser is idle.
        await Eventually.Holds(
            () => page.EvaluateAsync<bool>(
                "document.querySelectorAll('template')[1].content.childElementCount === 0"
                + " && [...document.querySelectorAll('link[rel=modulepreload]')]"
                + ".every(link => performance.getEntriesByName(link.href).length > 0)"),
            "all modules are loaded");

        await page.GotoAsync("about:blank");
        await page.GotoAsync($"{host.Address}console/#/live");
        await page.GetByText("connected").WaitForAsync();

        var asked = await page.EvaluateAsync<string[]>(
            "performance.getEntriesByType('resource').filter(entry => entry.transferSize > 0)"
            + ".map(entry => new URL(entry.name).pathname)");
        Assert.That(asked, Has.None.Contains("/v-"));
        Assert.That(asked, Has.Member("/console/settings.json"));
        await page.CloseAsync();
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

    // The modules that the page names, with their text.
    private static async Task<Dictionary<string, string>> Modules()
    {
        var kv = (await SharedHosts.Get(Engine.Embedded)).NewTenant();
        var modules = new Dictionary<string, string>();
        foreach (Match match in Addresses().Matches((await kv.Send(HttpMethod.Get, "/console/")).Body))
            modules.Add(
                match.Groups[2].Value, (await kv.Send(HttpMethod.Get, $"/console/{match.Groups[1].Value}")).Body);
        return modules;
    }

    private static async Task<string> Folder(KvClient kv) =>
        Folders().Match((await kv.Send(HttpMethod.Get, "/console/")).Body).Value;

    [GeneratedRegex("v-[0-9a-f]+")]
    private static partial Regex Folders();

    [GeneratedRegex("<style>([^<]*)</style>")]
    private static partial Regex InlineStyles();

    [GeneratedRegex("(?:href|src)=\"(v-[^/\"]+/([^\"]+\\.js))\"")]
    private static partial Regex Addresses();

    [GeneratedRegex("from ?['\"](\\.[^'\"]+\\.js)['\"]")]
    private static partial Regex Imports();

    [GeneratedRegex(@"\bimport\('(\.[^']+\.js)'\)")]
    private static partial Regex LaterImports();

    // The function that makes a call, where the call is sent and where its command is copied.
    [GeneratedRegex(@"\bapi\.(?:send|json)\((\w+)")]
    private static partial Regex Sent();

    [GeneratedRegex(@"(?:<\$\{CurlButton\}[^>]*? request=\$\{(?:\(\) => )?|\bcurlCopy\(api, |\brequest: )(\w+)")]
    private static partial Regex Offered();
}
