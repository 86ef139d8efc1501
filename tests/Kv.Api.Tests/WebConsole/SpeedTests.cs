using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Kv.Api.Tests.Hosting;
using Kv.Testing;
using Microsoft.Playwright;

namespace Kv.Api.Tests.WebConsole;

/// <summary>
/// How soon the console shows something. The figures go to the file that <c>KV_CONSOLE_SPEED</c> names, as
/// scripts/console-speed.sh sets it; without it the tests run with few keys and keep no figures.
/// </summary>
[TestFixture(Engine.Embedded, Category = Categories.Long)]
[TestFixture(Engine.Etcd, Category = Categories.Long)]
// Beside another test each figure would be that of a busy machine.
[NonParallelizable]
internal sealed class SpeedTests(Engine engine) : ConsoleTest(engine)
{
    private const int Folders = 1000;

    private static readonly string? Report =
        Environment.GetEnvironmentVariable("KV_CONSOLE_SPEED") is { Length: > 0 } named ? named : null;

    private static readonly int Keys = Setting("KEYS", 2 * Folders, 1_000_000);

    private const int DeepRows = 10_000;

    private static readonly int Rounds = Setting("ROUNDS", 1, 9);

    // `painted` resolves when the browser has painted what the selector and the text describe. `paged` scrolls until so
    // many rows are listed, and gives the time of the last page, the number of rows and that of their names.
    private const string Painted =
        """
        window.paged = async most => {
          const pane = document.querySelector('.list-pane .pane-body');
          const count = () => pane.querySelectorAll('[role=treeitem]').length;
          let took = 0;
          let start = performance.now();
          while (count() < most && pane.querySelector('.more button')) {
            const before = count();
            start = performance.now();
            pane.scrollTo(0, pane.scrollHeight);
            while (count() === before && pane.querySelector('.more button')) await new Promise(requestAnimationFrame);
            await new Promise(requestAnimationFrame);
            took = performance.now() - start;
          }
          const names = [...pane.querySelectorAll('[role=treeitem] .name')].map(name => name.textContent);
          return [took, names.length, new Set(names).size];
        };
        window.painted = (selector, text, start) => new Promise(done => {
          const look = () => {
            if (![...document.querySelectorAll(selector)].some(part => part.textContent.includes(text))) return false;
            requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
            return true;
          };
          if (look()) return;
          const observer = new MutationObserver(() => look() && observer.disconnect());
          observer.observe(document, { childList: true, subtree: true, characterData: true });
        });
        """;

    // From the start of the visit.
    private const string Steps =
        """
        () => {
          const loads = performance.getEntriesByType('resource');
          const list = loads.find(({ name }) => name.includes('/kv?'));
          return [
            performance.getEntriesByName('first-contentful-paint')[0].startTime,
            Math.max(...loads.filter(({ name }) => name.endsWith('.js')).map(load => load.responseEnd)),
            list.startTime, list.responseEnd,
          ];
        }
        """;

    private EtcdServer? _etcd;

    [SetUp]
    public async Task StartAHostOfItsOwn()
    {
        if (Engine == Engine.Etcd)
        {
            RequiresEtcd.Check();
            _etcd = await EtcdServer.StartAsync();
            Host = await KvHost.StartOver(_etcd.Endpoint);
        }
        else
        {
            Host = await KvHost.Start(Engine);
        }
        Kv = new KvClient(Host.Http, "default", "default");
    }

    [TearDown]
    public async Task StopTheHost()
    {
        await Host.DisposeAsync();
        if (_etcd is not null)
            await _etcd.DisposeAsync();
    }

    // A page with three short lines of text shows what the browser itself takes. `Write` sorts its figures, so the
    // ratios come first.
    [Test]
    public async Task The_first_content_comes_soon()
    {
        var (console, text) = ($"{Host.Address}console/", $"{Host.Address}console/v-0/vendor/packages.txt");
        var (first, second, floor) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = -2; round < Rounds; round++)
        {
            var page = await NewBrowser();
            var (one, two) = (await FirstContent(page, console), await FirstContent(page, console));
            var other = await NewBrowser();
            var least = await FirstContent(other, text);
            await page.CloseAsync();
            await other.CloseAsync();
            // The first rounds warm up the server and the browser.
            if (round < 0)
                continue;
            first.Add(one);
            second.Add(two);
            floor.Add(least);
        }
        Write("first content, new profile, times that of the text", Times(first), "0.00");
        Write("first content, second visit, times that of the text", Times(second), "0.00");
        Write("first content, new profile", first);
        Write("first content, second visit", second);
        Write("three lines of text alone, new profile", floor);

        // In each round, against the text that was shown next.
        List<double> Times(List<double> shown) => [.. shown.Zip(floor, (console, text) => console / text)];
    }

    [Test]
    [CancelAfter(900_000)]
    public async Task A_large_tenant_is_shown_and_searched_soon(CancellationToken cancellationToken)
    {
        await Import(cancellationToken);
        var (rows, framed, loaded, asked, answered, deep) = (
            new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>(),
            new List<double>());
        var (prefix, common, rare, whole) = (
            new List<double>(), new List<double>(), new List<double>(), new List<double>());
        var last = $"shop-{Folders - 1:0000}/order-{(Keys / Folders) - 1:0000}";
        for (var round = -1; round < Rounds; round++)
        {
            var page = await NewBrowser();
            await page.AddInitScriptAsync(Painted);
            await page.AddInitScriptAsync("window.rows = painted('[role=treeitem]', '', 0);");
            await page.GotoAsync($"{Host.Address}console/");
            var shown = await page.EvaluateAsync<double>("rows");
            var steps = await page.EvaluateAsync<double[]>(Steps);
            var begins = await Search(page, "prefix", "shop-0500/order-0001", "shop-0500/order-0001");
            var some = await Search(page, "contains", "order-0001", "order-0001");
            var one = await Search(page, "contains", last, last);
            var all = await Search(page, "contains", "no such name", null);
            await Search(page, "prefix", "shop-05", "shop-0500/order-0000");
            var paged = await page.EvaluateAsync<double[]>($"paged({DeepRows})");
            Assert.That(paged[2], Is.EqualTo(paged[1]), "each key is listed once");
            Assert.That(paged[1], Is.AtLeast(Math.Min(DeepRows, Keys / 10)));
            await page.CloseAsync();
            if (round < 0)
                continue;
            rows.Add(shown);
            framed.Add(steps[0]);
            loaded.Add(steps[1]);
            asked.Add(steps[2]);
            answered.Add(steps[3]);
            deep.Add(paged[0]);
            prefix.Add(begins);
            common.Add(some);
            rare.Add(one);
            whole.Add(all);
        }
        Write("the frame, new profile", framed);
        Write("its last module has come", loaded);
        Write("the first folders are asked for", asked);
        Write("they are answered", answered);
        Write("first folders on the screen", rows);
        Write($"next page after {DeepRows} keys", deep);
        Write("search by prefix", prefix);
        Write("search by a part of many names", common);
        Write("search by a part of the last name alone", rare);
        Write("search by a part of no name, to its end", whole);
    }

    // From the last character typed to the first result on the screen, or to the end of the search.
    private static async Task<double> Search(IPage page, string kind, string text, string? result)
    {
        await page.GetByRole(AriaRole.Searchbox).FillAsync("");
        await page.GetByLabel("Search for keys that").SelectOptionAsync(kind);
        await page.GetByText("shop-0000/", new() { Exact = true }).WaitForAsync();
        return await page.EvaluateAsync<double>(
            """
            ([text, selector, shown]) => {
              const input = document.querySelector('input[type=search]');
              input.value = text;
              const start = performance.now();
              input.dispatchEvent(new Event('input', { bubbles: true }));
              return painted(selector, shown, start);
            }
            """,
            result is null ? new[] { text, ".search-progress", "among all names" }
                : [text, "[role=treeitem]", result]);
    }

    private static async Task<double> FirstContent(IPage page, string address)
    {
        await page.GotoAsync("about:blank");
        await page.GotoAsync(address);
        double? at = null;
        await Eventually.Holds(
            async () => (at = await page.EvaluateAsync<double?>(
                "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null")) is not null,
            "the page has shown its first content");
        return at!.Value;
    }

    private async Task Import(CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        using var http = new HttpClient { BaseAddress = Host.Address, Timeout = Timeout.InfiniteTimeSpan };
        var content = new PushStreamContent(async stream =>
        {
            await using var writer = new StreamWriter(stream, new UTF8Encoding(false), 65_536, leaveOpen: true);
            for (var i = 0; i < Keys; i++)
                await writer.WriteAsync($$"""
                    {"key":"shop-{{i % Folders:0000}}/order-{{i / Folders:0000}}","value":"value of {{i}}"}

                    """);
        });
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        using var answer = await http.PostAsync("/import", content, cancellationToken);
        var report = await answer.Content.ReadAsStringAsync(cancellationToken);
        Assert.That(report, Does.Contain($"\"written\":{Keys}"));
        Write($"import of {Keys} keys", [Stopwatch.GetElapsedTime(began).TotalMilliseconds]);
    }

    private static int Setting(string name, int unmeasured, int usual) => Report is null ? unmeasured
        : Environment.GetEnvironmentVariable(name) is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture) : usual;

    private void Write(string what, List<double> figures, string format = "0")
    {
        figures.Sort();
        var (median, least, most) = (Text(figures[figures.Count / 2]), Text(figures[0]), Text(figures[^1]));
        var row = $"| {Engine} | {what} | {median} | {least} to {most} |";
        TestContext.Out.WriteLine(row);
        if (Report is not null)
            File.AppendAllLines(Report, [row]);

        string Text(double figure) => figure.ToString(format, CultureInfo.InvariantCulture);
    }

    private sealed class PushStreamContent(Func<Stream, Task> write) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            write(stream);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
