using System.Diagnostics;
using Kv.Api.Tests.Hosting;
using Kv.Testing;
using Microsoft.Playwright;

namespace Kv.Api.Tests.WebConsole;

/// <summary>Each action as a curl command, which does the same as the page.</summary>
internal sealed class CurlTests(Engine engine) : ConsoleTest(engine)
{
    [Test]
    public async Task Commands_for_a_key_do_what_the_page_does()
    {
        await Go("keys");
        await Button("New key").First.ClickAsync();
        await Field("Key").FillAsync("it's");
        await Field("Value").FillAsync("$HOME's");
        await Run("create this key");
        Assert.That(await ValueOf("it's"), Is.EqualTo("$HOME's"));
        // A value with a type is the body itself, and curl takes a body that begins with an @ for the name of a file.
        await Field("Key").FillAsync("typed");
        await Field("Type").SelectOptionAsync("other");
        await Field("Value").FillAsync("@it's");
        await Run("create this key");
        Assert.That(await ValueOf("typed"), Is.EqualTo("@it's"));

        await Button("Cancel").ClickAsync();
        await Go("keys", ("key", "it's"));
        await Button("Edit").ClickAsync();
        await Field("Value").FillAsync("second\n\"line\"");
        await Run("save this value");
        Assert.That(await ValueOf("it's"), Is.EqualTo("second\n\"line\""));

        await Page.ReloadAsync();
        await Button("Expiry").ClickAsync();
        await Run("change the expiry");
        Assert.That((await Kv.Get("it's")).Json.GetProperty("ttl").GetInt64(), Is.InRange(3500, 3600));

        await Page.ReloadAsync();
        await Tab("History").ClickAsync();
        await Copies("this history");
        await Run("restore revision", Page.GetByRole(
            AriaRole.Button, new() { NameRegex = new("^Copy as curl: restore revision") }).Last);
        Assert.That(await ValueOf("it's"), Is.EqualTo("$HOME's"));

        await Page.ReloadAsync();
        foreach (var what in new[] { "Read this key", "Wait for its next change" })
        {
            await Button("Copy as curl").ClickAsync();
            await Button(what).ClickAsync();
            Assert.That(await Copied(), Does.StartWith("curl 'http"), what);
        }
        await Button("Copy as curl").ClickAsync();
        await Run("delete", Button("Delete this key"));
        Assert.That((await Kv.Get("it's")).Status, Is.EqualTo(404));

        await Kv.Put("it's", "third", ttl: 3600);
        await Page.ReloadAsync();
        await Button("Delete").ClickAsync();
        await Copies("undo the deletion");
        await Run("bring it back");
        Assert.That(await ValueOf("it's"), Is.EqualTo("third"));
        // A TTL has whole seconds: the page rounds up what is left.
        Assert.That((await Kv.Get("it's")).Json.GetProperty("ttl").GetInt64(), Is.InRange(3500, 3601));
    }

    [Test]
    public async Task Commands_for_a_conflict_do_what_the_page_does()
    {
        await Kv.Put("k", "a\nb\nc");
        await Go("keys", ("key", "k"));
        await Button("Edit").ClickAsync();
        await Field("Value").FillAsync("a\nb\nMINE");
        await Kv.Put("k", "THEIRS\nb\nc");
        await Button("Save").ClickAsync();

        await Copies("overwrite with mine");
        await Run("save this");

        Assert.That(await ValueOf("k"), Is.EqualTo("THEIRS\nb\nMINE"));
        await Kv.Put("k", "a\nb\nc");
        await Page.ReloadAsync();
        await Button("Edit").ClickAsync();
        await Field("Value").FillAsync("mine");
        await Kv.Put("k", "theirs");
        await Button("Save").ClickAsync();
        await Run("overwrite with mine");
        Assert.That(await ValueOf("k"), Is.EqualTo("mine"));
    }

    [Test]
    public async Task Commands_for_deliveries_do_what_the_page_does()
    {
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = _ => ReceiverAnswer.Status(503, "", ("Retry-After", "3600"));
        var id = await Kv.Register($$"""{"key":"cart/*","event":"*","endpoint":"{{receiver.Uri}}"}""");
        await Kv.Put("cart/1", "apples");
        await Waits("pending");
        await Go("webhooks", ("id", id));
        await Page.Locator(".delivery summary").ClickAsync();
        await Run("redeliver");
        await Eventually.Holds(() => receiver.RequestCount == 2, "it is made again");

        await Kv.Send(HttpMethod.Put, $"/webhooks/{id}", """{"status":"disabled"}""");
        await Waits("failed");
        await Kv.Send(HttpMethod.Put, $"/webhooks/{id}", """{"status":"active"}""");
        await Tab("Failed").ClickAsync();
        await Run("deliver all again");
        await Eventually.Holds(() => receiver.RequestCount == 3, "it is made again");

        Task Waits(string status) => Eventually.Holds(
            async () => (await Kv.Send(HttpMethod.Get, $"/webhooks/{id}/deliveries?status={status}")).Json
                .GetProperty("items").GetArrayLength() == 1,
            $"it is {status}");
    }

    [Test]
    public async Task Commands_for_a_folder_do_what_the_page_does()
    {
        await Kv.Put("a/1", "x");
        await Go("keys");
        await Copies("this list");
        await TreeItem("a/").ClickAsync();
        await Run("this folder");
        await Button("Copy\u2026").ClickAsync();
        await Field("To the prefix").FillAsync("b/");
        await Run("the dry run");
        Assert.That((await Kv.Get("b/1")).Status, Is.EqualTo(404));
        await Run("this copy");
        Assert.That(await ValueOf("b/1"), Is.EqualTo("x"));

        await Button("Cancel").ClickAsync();
        await Button("Delete\u2026").ClickAsync();
        await Run("count them");
        Assert.That((await Kv.Get("a/1")).Status, Is.EqualTo(200));
        await Run("delete all of them");
        Assert.That((await Kv.Get("a/1")).Status, Is.EqualTo(404));
        await Button("Cancel").ClickAsync();

        await Go("keys", ("contains", "1"));
        await Run("count the names");
        await Page.Locator(".tenant-button").ClickAsync();
        await Copies("this list", within: Page.GetByRole(AriaRole.Dialog));
        await Page.Keyboard.PressAsync("Escape");
        await Go("live");
        await Copies("this watch");
        await Go("transfer");
        await Run("this export");
        await Field("File").SetInputFilesAsync(
            new FilePayload { Name = "keys.ndjson", MimeType = "text/plain", Buffer = "{}"u8.ToArray() });
        Assert.That(await Copies("this import"), Does.EndWith("--data-binary '@keys.ndjson'"));
        await Go("overview");
        await Run("this overview");
    }

    [Test]
    public async Task Commands_for_a_webhook_do_what_the_page_does()
    {
        await using var receiver = WebhookReceiver.Start();
        await Go("webhooks");
        await Copies("this list");
        await Button("New webhook").First.ClickAsync();
        await Field("Keys").FillAsync("cart/*");
        await Field("Endpoint").FillAsync(receiver.Uri.ToString());
        await Run("register this webhook");
        var id = (await Kv.Send(HttpMethod.Get, "/webhooks")).Json[0].GetProperty("id").GetString()!;

        await Go("webhooks", ("id", id), ("why", "cart/1"));
        await Run("ping");
        Assert.That(receiver.Requests, Has.Count.EqualTo(1));
        foreach (var what in new[] { "read this webhook", "rotate the secret", "this explanation", "disable" })
            await Run(what);
        await Page.ReloadAsync();
        await Run("enable");
        await Page.ReloadAsync();
        await Copies("this list");
        await Button("Edit").ClickAsync();
        await Field("Keys").FillAsync("basket/*");
        await Run("change this webhook");
        Assert.That((await Webhook()).GetProperty("key").GetString(), Is.EqualTo("basket/*"));
        await Button("Cancel").ClickAsync();
        await Button("Replay\u2026").ClickAsync();
        await Field("Since revision").FillAsync((await Kv.Put("x", "y")).Header("KV-Revision")!);
        await Run("replay");
        await Button("Cancel").ClickAsync();
        await Button("Delete").ClickAsync();
        await Run("delete this webhook");
        Assert.That((await Kv.Send(HttpMethod.Get, $"/webhooks/{id}")).Status, Is.EqualTo(404));

        async Task<System.Text.Json.JsonElement> Webhook() => (await Kv.Send(HttpMethod.Get, $"/webhooks/{id}")).Json;
    }

    private ILocator Curl(string what, ILocator? within = null) => (within ?? Page.Locator("body"))
        .GetByRole(AriaRole.Button, new() { Name = $"Copy as curl: {what}", Exact = true });

    private async Task<string> Copies(string what, ILocator? button = null, ILocator? within = null)
    {
        await Page.EvaluateAsync("window.copied = null");
        await (button ?? Curl(what, within)).ClickAsync();
        await Eventually.Holds(() => Page.EvaluateAsync<bool>("Boolean(window.copied)"), "the command is copied");
        var command = await Copied();
        Assert.That(command, Does.StartWith("curl ").And.Contain("http://127.0.0.1:"), what);
        return command;
    }

    private async Task Run(string what, ILocator? button = null)
    {
        var command = await Copies(what, button);
        var line = $"{command} -sS --fail-with-body --noproxy '*'";
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", line])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = shell.StandardOutput.ReadToEndAsync();
        var error = await shell.StandardError.ReadToEndAsync();
        await shell.WaitForExitAsync();
        Assert.That(shell.ExitCode, Is.Zero, $"{command}\n{await output}{error}");
    }
}
