using Kv.Api.Tests.Hosting;
using Microsoft.Playwright;

namespace Kv.Api.Tests.WebConsole;

/// <summary>Two people with two browsers edit one key.</summary>
internal sealed class ConflictTests(Engine engine) : ConsoleTest(engine)
{
    [Test]
    public async Task Changes_of_different_lines_are_merged()
    {
        await Conflict("a\nb\nc", "a\nb\nMINE", "THEIRS\nb\nc");

        await Sees("Both changes fit together");
        Assert.That(await Field("Merged value").InputValueAsync(), Is.EqualTo("THEIRS\nb\nMINE"));
        await Button("Save the merge").ClickAsync();

        await Page.Locator("pre.text", new() { HasText = "MINE" }).WaitForAsync();
        Assert.That(await ValueOf("k"), Is.EqualTo("THEIRS\nb\nMINE"));
    }

    [Test]
    public async Task Changes_of_one_line_are_both_shown_with_their_base_and_the_person_chooses()
    {
        await Conflict("a\nb\nc", "a\nmine\nc", "a\ntheirs\nc");

        await Sees("One place was changed by both");
        await AccessibilityTests.Check(Page, "conflict", ColorScheme.Light);
        Assert.That(
            await Field("Merged value").InputValueAsync(),
            Is.EqualTo("a\n<<<<<<< yours\nmine\n=======\ntheirs\n>>>>>>> theirs\nc"));
        await Tab("Yours").ClickAsync();
        await Page.Locator(".diff-line.added", new() { HasText = "mine" }).WaitForAsync();
        await Tab("Theirs").ClickAsync();
        await Page.Locator(".diff-line.added", new() { HasText = "theirs" }).WaitForAsync();
        await Tab("Base").ClickAsync();
        await Page.Locator("pre.text", new() { HasText = "a\nb\nc" }).WaitForAsync();
        Assert.That(await ValueOf("k"), Is.EqualTo("a\ntheirs\nc"), "nothing is saved yet");

        await Button("Overwrite with mine").ClickAsync();

        await Page.Locator("pre.text", new() { HasText = "mine" }).WaitForAsync();
        Assert.That(await ValueOf("k"), Is.EqualTo("a\nmine\nc"));
    }

    [Test]
    public async Task The_other_value_can_be_kept()
    {
        await Conflict("base", "mine", "theirs");

        await Button("Keep theirs").ClickAsync();

        await Page.Locator("pre.text", new() { HasText = "theirs" }).WaitForAsync();
        Assert.That(await ValueOf("k"), Is.EqualTo("theirs"));
    }

    [Test]
    public async Task A_third_change_during_the_merge_is_shown_as_well()
    {
        await Conflict("a\nb\nc\nd", "a\nb\nc\nMINE", "THEIRS\nb\nc\nd");
        await Sees("Both changes fit together");
        await Kv.Put("k", "THEIRS\nTHIRD\nc\nd");
        await Button("Save the merge").ClickAsync();

        await Assertions.Expect(Field("Merged value")).ToHaveValueAsync("THEIRS\nTHIRD\nc\nMINE");
        await Button("Save the merge").ClickAsync();

        await Page.Locator("pre.text", new() { HasText = "THIRD" }).WaitForAsync();
        Assert.That(await ValueOf("k"), Is.EqualTo("THEIRS\nTHIRD\nc\nMINE"));
    }

    [Test]
    public async Task A_key_that_was_deleted_meanwhile_can_be_created_again()
    {
        await Kv.Put("k", "base");
        await Edit(Page, "mine");
        await Kv.Delete("k");
        await Button("Save").ClickAsync();

        await Sees("Someone else deleted this key meanwhile.");
        await Button("Create it with mine").ClickAsync();

        await Page.Locator("pre.text", new() { HasText = "mine" }).WaitForAsync();
        Assert.That(await ValueOf("k"), Is.EqualTo("mine"));
    }

    [Test]
    public async Task A_conflict_of_bytes_shows_the_size_and_type_of_both()
    {
        await Store([0xff, 1]);
        await Go("keys", ("key", "k"));
        await Button("Edit").ClickAsync();
        await Field("File").SetInputFilesAsync(
            new FilePayload { Name = "mine", MimeType = "application/octet-stream", Buffer = [0xff, 1, 2] });
        await Sees("3 B");
        await Store([0xff, 1, 2, 3]);
        await Button("Save").ClickAsync();

        await Assertions.Expect(Page.Locator(".conflict dd")).ToHaveTextAsync(
            ["3 B, application/octet-stream", "4 B, application/octet-stream"]);
        // The file is still chosen.
        await Button("Back").ClickAsync();
        await Button("Save").ClickAsync();
        await Button("Overwrite with mine").ClickAsync();

        await Page.Locator("pre.hex", new() { HasText = "ff 01 02" }).WaitForAsync();
        Assert.That(
            (await Kv.Get("k")).Json.GetProperty("value").GetBytesFromBase64(), Is.EqualTo(new byte[] { 0xff, 1, 2 }));

        Task Store(byte[] value) =>
            Kv.Send(HttpMethod.Put, "/kv/k?raw", KvClient.Bytes(value, "application/octet-stream"));
    }

    // Both open the key, the other saves first.
    private async Task Conflict(string start, string mine, string theirs)
    {
        await Kv.Put("k", start);
        var other = await NewBrowser();
        await Edit(Page, mine);
        await Edit(other, theirs);
        await other.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await other.GetByText("Saved").WaitForAsync();
        await Button("Save").ClickAsync();
        await Sees("Someone else changed this key meanwhile.");
    }

    private async Task Edit(IPage page, string value)
    {
        await Go(page, "keys", ("key", "k"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Edit", Exact = true }).ClickAsync();
        await page.GetByLabel("Value", new() { Exact = true }).FillAsync(value);
    }
}
