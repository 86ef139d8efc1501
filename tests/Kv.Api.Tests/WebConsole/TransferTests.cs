using System.Text;
using Kv.Api.Tests.Hosting;
using Kv.Testing;
using Microsoft.Playwright;

namespace Kv.Api.Tests.WebConsole;

internal sealed class TransferTests(Engine engine) : ConsoleTest(engine)
{
    // The page gets each line of an export after a call of nextLine(), which exists while the page waits for a line.
    private const string LineByLine =
        """
        const real = fetch;
        window.fetch = async (address, options) => {
          const answer = await real(address, options);
          if (!String(address).includes('/export')) return answer;
          const lines = (await answer.text()).split(/(?<=\n)/).filter(Boolean);
          const body = new ReadableStream({
            async pull(controller) {
              await new Promise(go => { window.nextLine = () => { delete window.nextLine; go(); }; });
              const line = lines.shift();
              if (line === undefined) controller.close();
              else controller.enqueue(new TextEncoder().encode(line));
            },
          }, { highWaterMark: 0 });
          return new Response(body, answer);
        };
        """;

    [Test]
    public async Task An_export_is_a_file_with_a_line_for_each_key()
    {
        await Kv.Put("a", "1");
        await Kv.Put("b", "2");
        await Go("transfer");

        var download = await Page.RunAndWaitForDownloadAsync(() => Button("Export").ClickAsync());

        await Sees("2 keys");
        Assert.That(
            await File.ReadAllTextAsync(await download.PathAsync()),
            Is.EqualTo(
                "{\"key\":\"a\",\"value\":\"1\",\"ttl\":\"never\"}\n"
                + "{\"key\":\"b\",\"value\":\"2\",\"ttl\":\"never\"}\n"));
    }

    [Test]
    public async Task An_export_counts_the_keys_while_it_runs()
    {
        await Kv.Put("a", "1");
        await Kv.Put("b", "2");
        await Page.AddInitScriptAsync(LineByLine);
        await Go("transfer");

        await Button("Export").ClickAsync();
        await Sees("0 keys, 0 B\u2026");
        await NextLine();
        await Sees("1 key, 38 B\u2026");
        await Button("Stop").WaitForAsync();
        await NextLine();
        await Sees("2 keys, 76 B\u2026");
        await Page.RunAndWaitForDownloadAsync(NextLine);

        await Sees("2 keys, 76 B. The file is saved.");
    }

    [Test]
    public async Task An_export_goes_on_when_its_page_is_left_and_is_there_again()
    {
        await Kv.Put("a", "1");
        await Kv.Put("b", "2");
        await Page.AddInitScriptAsync(LineByLine);
        await Go("transfer");
        await Button("Export").ClickAsync();
        await NextLine();
        await Sees("1 key, 38 B\u2026");

        await Page.GetByRole(AriaRole.Link, new() { Name = "Keys" }).ClickAsync();
        await TreeItem("a").WaitForAsync();
        await Page.GoBackAsync();

        await Sees("1 key, 38 B\u2026");
        await Button("Stop").WaitForAsync();
        await Page.GetByRole(AriaRole.Link, new() { Name = "Keys" }).ClickAsync();
        await TreeItem("a").WaitForAsync();
        await NextLine();
        await Page.RunAndWaitForDownloadAsync(NextLine);
        await Sees("2 keys exported. The file is saved.");
    }

    [Test]
    public async Task An_import_that_runs_is_stopped_after_its_page_was_left()
    {
        await Choose("{\"key\":\"a\",\"value\":\"1\"}\n");
        await Page.RouteAsync("**/import?*", route => Task.CompletedTask);
        await Button("Try").ClickAsync();
        await Button("Stop").WaitForAsync();

        await Page.GetByRole(AriaRole.Link, new() { Name = "Keys" }).ClickAsync();
        await Sees("No keys yet");
        await Page.GoBackAsync();
        await Button("Stop").ClickAsync();

        await Sees("Stopped.");
    }

    [Test]
    public async Task An_import_runs_after_a_dry_run()
    {
        await Choose("{\"key\":\"a\",\"value\":\"1\"}\n{\"key\":\"b\",\"value\":\"2\"}\n");
        await Button("Try").ClickAsync();
        await Sees("The dry run found no mistake.");
        Assert.That((await Kv.Get("a")).Status, Is.EqualTo(404));

        await Field("Dry run").UncheckAsync();
        await Page.Locator("form").Last.GetByRole(AriaRole.Button, new() { Name = "Import", Exact = true })
            .ClickAsync();

        await Sees("The import is complete.");
        Assert.That(await ValueOf("b"), Is.EqualTo("2"));
    }

    [Test]
    public async Task An_import_shows_its_progress_and_can_be_stopped()
    {
        await Choose("{\"key\":\"a\",\"value\":\"1\"}\n");
        await Page.RouteAsync("**/import?*", route => Task.CompletedTask);
        await Button("Try").ClickAsync();

        await Page.GetByRole(AriaRole.Progressbar, new() { Name = "Sent" }).WaitForAsync();
        await Button("Stop").ClickAsync();

        await Sees("Stopped.");
    }

    [Test]
    public async Task A_mistake_is_shown_with_its_line()
    {
        await Choose("{\"key\":\"a\",\"value\":\"1\"}\n{\"key\":\"\",\"value\":\"2\"}\n");

        await Button("Try").ClickAsync();

        await Sees("Line 2: Key must not be empty");
    }

    private async Task NextLine()
    {
        await Eventually.Holds(() => Page.EvaluateAsync<bool>("'nextLine' in window"), "the page waits for a line");
        await Page.EvaluateAsync("nextLine()");
    }

    private async Task Choose(string lines)
    {
        await Go("transfer");
        await Field("File").SetInputFilesAsync(
            new FilePayload
            {
                Name = "keys.ndjson",
                MimeType = "application/x-ndjson",
                Buffer = Encoding.UTF8.GetBytes(
                lines)
            });
    }
}
