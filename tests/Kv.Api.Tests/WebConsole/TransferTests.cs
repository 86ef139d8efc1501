using System.Text;
using Kv.Api.Tests.Hosting;
using Microsoft.Playwright;

namespace Kv.Api.Tests.WebConsole;

internal sealed class TransferTests(Engine engine) : ConsoleTest(engine)
{
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
    public async Task An_import_is_tried_and_then_done()
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
    public async Task A_mistake_is_shown_with_its_line()
    {
        await Choose("{\"key\":\"a\",\"value\":\"1\"}\n{\"key\":\"\",\"value\":\"2\"}\n");

        await Button("Try").ClickAsync();

        await Sees("Line 2: Key must not be empty");
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
