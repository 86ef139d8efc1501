using System.Text;
using Kv.Api.Tests.Hosting;
using Kv.Testing;
using Microsoft.Playwright;

namespace Kv.Api.Tests.WebConsole;

/// <summary>Values of every kind, including those of a hostile caller.</summary>
internal sealed class ValueTests(Engine engine) : ConsoleTest(engine)
{
    private const string Script = "<script>window.ran = true</script>\"><img src=x onerror=\"window.ran = true\">";

    // One pixel.
    private static readonly byte[] Png = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==");

    [Test]
    public async Task JSON_is_formatted_folded_and_keeps_its_digits()
    {
        await Store("doc", """{"id":12345678901234567890,"a":{"b":[1,2.50,"x"]}}"""u8.ToArray(), "application/json");
        await Go("keys", ("key", "doc"));

        var json = Page.Locator(".json");
        await json.WaitForAsync();
        Assert.That(await json.InnerTextAsync(), Does.Contain("\"id\": 12345678901234567890").And.Contain("2.50"));
        await json.Locator("summary", new() { HasText = "\"a\"" }).ClickAsync();
        await Assertions.Expect(json.GetByText("2.50")).ToBeHiddenAsync();
    }

    [Test]
    public async Task An_edit_keeps_the_content_type()
    {
        await Store("page", "<h1>Hello</h1>"u8.ToArray(), "text/html");
        await Go("keys", ("key", "page"));
        await Button("Edit").ClickAsync();
        await Field("Value").FillAsync("<h1>Bye</h1>");
        await Button("Save").ClickAsync();
        await Page.Locator("pre.text", new() { HasText = "Bye" }).WaitForAsync();

        var raw = await Kv.Send(HttpMethod.Get, "/kv/page?raw");
        Assert.That((raw.ContentType, raw.Body), Is.EqualTo(("text/html", "<h1>Bye</h1>")));
    }

    [Test]
    public async Task An_image_is_shown()
    {
        await Store("logo", Png, "image/png");
        await Go("keys", ("key", "logo"));

        var image = Page.GetByAltText("The value as an image");
        await image.WaitForAsync();

        await Assertions.Expect(image).ToHaveJSPropertyAsync("naturalWidth", 1);
    }

    [Test]
    public async Task An_edit_of_bytes_is_saved_only_with_a_file()
    {
        await Store("logo", Png, "image/png");
        await Go("keys", ("key", "logo"));
        await Button("Edit").ClickAsync();

        await Field("File").PressAsync("Control+Enter");
        await Field("File").SetInputFilesAsync(
            new FilePayload { Name = "logo.png", MimeType = "image/png", Buffer = [.. Png, 0] });
        await Sees($"{Png.Length + 1} B");
        await Field("File").PressAsync("Control+Enter");

        await Sees("version 2");
        var stored = await Kv.Get("logo");
        Assert.That(stored.Json.GetProperty("value").GetBytesFromBase64(), Is.EqualTo((byte[])[.. Png, 0]));
        Assert.That(
            (await Kv.Send(HttpMethod.Get, "/kv/logo?raw")).ContentType, Is.EqualTo("image/png"));
    }

    [Test]
    public async Task A_file_becomes_a_value()
    {
        await Go("keys");
        await Button("New key").First.ClickAsync();
        await Field("Key").FillAsync("logo");
        await Field("Type").SelectOptionAsync("file");
        await Field("File").SetInputFilesAsync(new FilePayload
        {
            Name = "logo.png",
            MimeType = "image/png",
            Buffer = Png,
        });
        await Button("Create").ClickAsync();

        await Page.GetByAltText("The value as an image").WaitForAsync();
        Assert.That((await Kv.Send(HttpMethod.Get, "/kv/logo?raw")).ContentType, Is.EqualTo("image/png"));
    }

    [Test]
    public async Task A_hostile_drawing_is_only_pixels()
    {
        const string address = "http://127.0.0.1:9/";
        const string drawing =
            $"<svg xmlns='http://www.w3.org/2000/svg' width='8' height='8' onload='top.ran = true'>"
            + $"<script>top.ran = true</script><image href='{address}'/><rect width='8' height='8'/></svg>";
        await Store("drawing", Encoding.UTF8.GetBytes(drawing), "image/svg+xml");
        await Go("keys", ("key", "drawing"));
        var image = Page.GetByAltText("The value as an image");

        await Assertions.Expect(image).ToHaveJSPropertyAsync("naturalWidth", 8);

        Assert.That(await Page.EvaluateAsync<bool>("window.ran === true"), Is.False);
        Assert.That(Requested, Has.None.StartsWith(address));
    }

    [TestCase(Script)]
    [TestCase("a\u202egnp.exe")]
    [TestCase("\u2067right\u2069 to \u200fleft")]
    [TestCase("../up?x=#y%2F")]
    public async Task A_hostile_key_and_value_are_only_shown(string text)
    {
        await Kv.Put(text, text);
        await Go("keys");
        await Field("Folders").SelectOptionAsync("none");
        await Page.GetByRole(AriaRole.Treeitem).ClickAsync();
        await Page.Locator("pre.text").WaitForAsync();

        Assert.That(
            await Page.Locator("pre.text").EvaluateAsync<string>("shown => shown.textContent"), Is.EqualTo(text));
        Assert.That(
            await Page.Locator("h2 bdi").InnerTextAsync(), Does.Not.Match("[\u202e\u2067\u200f\u0001\n]"),
            "marks are made visible");
        await Tab("History").ClickAsync();
        await Page.Locator("tbody tr").WaitForAsync();
        await Button("Delete").ClickAsync();
        Assert.That(
            await Page.Locator(".toast").InnerTextAsync(),
            Does.Contain("Deleted").And.Not.Match("[\u202e\u2067\u200f]"));
        await Button("Undo").ClickAsync();
        await Sees("Brought back");
        await Go("live");
        await Sees("connected");
        await Kv.Put(text, $"{text}!");
        await Page.Locator(".event").WaitForAsync();
        Assert.That(await Page.EvaluateAsync<bool>("window.ran === true"), Is.False);
        Assert.That(await Page.Locator("img:not([src$='/icon.svg'])").CountAsync(), Is.Zero);
        Assert.That(Requested, Has.All.StartsWith(Host.Address.ToString()));
    }

    [Test]
    public async Task Names_that_differ_in_spaces_alone_look_different()
    {
        await Kv.Put("a b", "one");
        await Kv.Put("a  b", "two");
        await Go("keys");

        // The browser lays out the rows of a block only once the block is in view.
        await Eventually.Holds(
            async () => (await Page.Locator(".row .name").AllInnerTextsAsync()).SequenceEqual(["a  b", "a b"]),
            "both names are shown with their spaces");
    }

    // A key has no control characters.
    [Test]
    public async Task A_value_with_control_characters_is_shown_as_it_is()
    {
        const string text = "new\nline\u0001and\ttab";
        await Kv.Put("lines", text);
        await Go("keys", ("key", "lines"));
        var shown = Page.Locator("pre.text");
        await shown.WaitForAsync();

        Assert.That(await shown.EvaluateAsync<string>("shown => shown.textContent"), Is.EqualTo(text));
    }

    [Test]
    public async Task A_value_of_a_mebibyte_is_shown_in_part_until_the_person_asks_for_all_of_it()
    {
        await Kv.Put("big", new string('x', 1024 * 1024));
        await Go("keys", ("key", "big"));
        var text = Page.Locator("pre.text");
        await text.WaitForAsync();
        Assert.That(await text.EvaluateAsync<int>("shown => shown.textContent.length"), Is.LessThan(40_000));

        await Button("Show all (1 MiB)").ClickAsync();

        Assert.That(await text.EvaluateAsync<int>("shown => shown.textContent.length"), Is.EqualTo(1024 * 1024));
    }

    [Test]
    public async Task Bytes_that_are_not_text_are_shown_as_bytes()
    {
        await Store("raw", [0xff, 0xfe, 0x00, 0x41], "text/plain");
        await Go("keys", ("key", "raw"));

        await Page.Locator("pre.hex", new() { HasText = "000000  ff fe 00 41" }).WaitForAsync();
    }

    private Task<Answer> Store(string key, byte[] value, string type) =>
        Kv.Send(HttpMethod.Put, $"/kv/{key}?raw", KvClient.Bytes(value, type));
}
