using Kv.Api.Tests.Hosting;
using Kv.Testing;
using Microsoft.Playwright;

namespace Kv.Api.Tests.WebConsole;

/// <summary>The main tasks by the keyboard alone. Each key is pressed on the control that has the focus.</summary>
internal sealed class KeyboardTests(Engine engine) : ConsoleTest(engine)
{
    private ILocator Main => Page.Locator("#main");

    // The name of the chosen key.
    private ILocator Title => Page.Locator("h2.title");

    [Test]
    public async Task The_skip_link_leads_to_the_tree_and_the_arrows_to_a_value()
    {
        await Fill("config/app/theme", "config/db", "motd");
        await Go("keys");
        var (config, app, theme, motd) = (
            TreeItem("config/"), TreeItem("app/"), TreeItem("theme"), TreeItem("motd"));
        await config.WaitForAsync();

        await SkipToThePage();
        await Walk(
            Main, Button("Copy as curl: this list"), Button("Reload the list"), Button("New key"),
            Page.GetByRole(AriaRole.Searchbox), Field("Search for keys that"), Field("Folders"), config);
        await Press(config, "ArrowRight", config);
        await app.WaitForAsync();
        await Press(config, "ArrowRight", app);
        await Press(app, "Enter", app);
        await theme.WaitForAsync();
        await Press(app, "ArrowDown", theme);
        await Press(theme, "Enter", theme);
        await Sees("value of config/app/theme");
        await Press(theme, "End", motd);
        await Press(motd, "Enter", motd);
        await Sees("value of motd");

        Assert.That(new Uri(Page.Url).Fragment, Does.Contain("key=motd"), "the address names the key");
        await Press(motd, "Home", config);
        await Press(config, "ArrowLeft", config);
        await Assertions.Expect(Page.GetByRole(AriaRole.Treeitem)).ToHaveCountAsync(2);
    }

    [Test]
    public async Task The_arrow_leads_from_the_search_to_what_it_found()
    {
        await Fill("config/db", "motd");
        await Go("keys");
        var search = Page.GetByRole(AriaRole.Searchbox);
        await search.FillAsync("mo");
        await Assertions.Expect(Page.GetByRole(AriaRole.Treeitem)).ToHaveCountAsync(1);

        await Press(search, "ArrowDown", TreeItem("motd"));
        await Press(TreeItem("motd"), "Enter", TreeItem("motd"));

        await Sees("value of motd");
    }

    [Test]
    public async Task The_arrow_after_the_last_row_loads_the_next_page()
    {
        // Without this the next page loads as soon as its place is near.
        await Page.AddInitScriptAsync("window.IntersectionObserver = class { observe() {} disconnect() {} };");
        await Fill([.. Enumerable.Range(0, 52).Select(i => $"k{i:00}")]);
        await Go("keys");
        await TreeItem("k49").WaitForAsync();

        await TreeItem("k00").FocusAsync();
        await Press(TreeItem("k00"), "End", TreeItem("k49"));
        await Press(TreeItem("k49"), "ArrowDown", TreeItem("k49"));
        await TreeItem("k51").WaitForAsync();
        await Press(TreeItem("k49"), "ArrowDown", TreeItem("k50"));
    }

    [Test]
    public async Task A_value_is_saved_by_Control_Enter_and_by_the_button_and_Escape_leaves_it()
    {
        await Kv.Put("motd", "first");
        await Go("keys", ("key", "motd"));
        var (edit, value) = (Button("Edit"), Field("Value"));
        await edit.WaitForAsync();
        await TreeItem("motd").FocusAsync();

        await Walk(TreeItem("motd"), Button("Copy key"), edit);
        await Press(edit, "Enter", value);
        await Replace(value, "second");
        await Press(value, "Control+Enter", Title);
        await ShowsText("second");
        Assert.That(await ValueOf("motd"), Is.EqualTo("second"));

        await Walk(Title, Button("Copy key"), edit);
        await Press(edit, "Enter", value);
        await Replace(value, "third");
        await Walk(value, Field("Expires"), Button("Copy as curl: save this value"), Button("Cancel"), Button("Save"));
        await Press(Button("Save"), "Enter", Title);
        await ShowsText("third");

        await Walk(Title, Button("Copy key"), edit);
        await Press(edit, "Enter", value);
        await Replace(value, "fourth");
        await Press(value, "Escape", Title);
        await ShowsText("third");
        Assert.That(await ValueOf("motd"), Is.EqualTo("third"));
    }

    [Test]
    public async Task A_conflict_is_merged()
    {
        await Kv.Put("k", "a\nb\nc");
        await Go("keys", ("key", "k"));
        await Button("Edit").FocusAsync();
        await Press(Button("Edit"), "Enter", Field("Value"));
        await Replace(Field("Value"), "a\nb\nMINE");
        await Kv.Put("k", "THEIRS\nb\nc");

        var conflict = Page.GetByRole(AriaRole.Region, new() { Name = "Conflict" });
        await Press(Field("Value"), "Control+Enter", conflict);
        await Walk(
            conflict, Tab("Merge"), Field("Merged value"), Button("Back"), Button("Copy as curl: save this"),
            Button("Keep theirs"), Button("Copy as curl: overwrite with mine"), Button("Overwrite with mine"),
            Button("Save the merge"));
        await Press(Button("Save the merge"), "Enter", Title);

        await ShowsText("THEIRS\nb\nMINE");
        Assert.That(await ValueOf("k"), Is.EqualTo("THEIRS\nb\nMINE"));
    }

    [Test]
    public async Task A_key_is_created_and_the_focus_returns_to_the_button()
    {
        await Kv.Put("a", "1");
        await Go("keys");
        var (add, key) = (Button("New key"), Field("Key"));
        await TreeItem("a").WaitForAsync();
        await add.FocusAsync();

        await Press(add, "Enter", key);
        await Press(key, "Escape", add);
        await Press(add, "Enter", key);
        await Page.Keyboard.InsertTextAsync("made");
        await Walk(key, Field("Type"), Field("Expires"), Field("Value"));
        await Page.Keyboard.InsertTextAsync("by keys");
        await Walk(Field("Value"), Button("Copy as curl: create this key"), Button("Cancel"), Button("Create"));
        await Press(Button("Create"), "Enter", add);

        await ShowsText("by keys");
        Assert.That(await ValueOf("made"), Is.EqualTo("by keys"));
    }

    [Test]
    public async Task The_deletion_of_a_folder_is_left_and_then_confirmed()
    {
        await Fill("a/1", "a/2", "b");
        await Go("keys");
        var (folder, delete) = (TreeItem("a/"), Button("Delete\u2026"));
        var (close, confirm) = (Button("Close"), Button("Delete 2 keys"));
        await folder.FocusAsync();

        await Press(folder, "Enter", folder);
        await Walk(
            folder, Button("Copy as curl: this folder"), Page.GetByRole(AriaRole.Link, new() { Name = "Watch" }),
            Button("Copy\u2026"), delete);
        await Press(delete, "Enter", close);
        await confirm.WaitForAsync();
        await Press(close, "Escape", delete);
        Assert.That((await Kv.Get("a/1")).Status, Is.EqualTo(200));
        await Press(delete, "Enter", close);
        await confirm.WaitForAsync();
        await Walk(
            close, Button("Copy as curl: count them"), Button("Copy as curl: delete all of them"), Button("Cancel"),
            confirm);
        // The actions of the folder are gone with it.
        await Press(confirm, "Enter", TreeItem("b"));

        await Assertions.Expect(Page.GetByRole(AriaRole.Treeitem)).ToHaveCountAsync(1);
        Assert.That((await Kv.Get("a/1")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task The_arrows_lead_through_tabs_and_Escape_or_a_choice_closes_a_menu()
    {
        await Kv.Put("motd", "hello");
        await Go("keys", ("key", "motd"));
        await Tab("Value").FocusAsync();
        await Press(Tab("Value"), "ArrowRight", Tab("History"));
        await Page.Locator(".history").WaitForAsync();
        await Press(Tab("History"), "ArrowRight", Tab("Webhooks"));
        await Press(Tab("Webhooks"), "ArrowRight", Tab("Value"));
        await Press(Tab("Value"), "ArrowLeft", Tab("Webhooks"));

        var (menu, item) = (Button("Copy as curl"), Button("Read this key"));
        await menu.FocusAsync();
        await Press(menu, "Enter", menu);
        await Walk(menu, item);
        await Press(item, "Escape", menu);
        await Assertions.Expect(item).ToBeHiddenAsync();
        await Press(menu, "Enter", menu);
        await Walk(menu, item);
        await Press(item, "Enter", menu);
        await Assertions.Expect(item).ToBeHiddenAsync();
        await Sees("curl command copied");
    }

    [Test]
    public async Task A_webhook_is_opened_pinged_and_left()
    {
        await using var receiver = WebhookReceiver.Start();
        await Kv.Send(
            HttpMethod.Post, "/webhooks", $$"""{"key":"cart/*","event":"*","endpoint":"{{receiver.Uri}}"}""");
        await Go("webhooks");
        var link = Page.GetByRole(AriaRole.Link, new() { Name = "cart/*" });
        await link.WaitForAsync();

        await SkipToThePage();
        await Walk(
            Main, Button("Copy as curl: this list"), Button("Reload the list"), Button("New webhook"),
            Page.GetByRole(AriaRole.Region, new() { Name = "Webhooks" }), link);
        await Press(link, "Enter", Main);
        await Button("Ping").WaitForAsync();
        ILocator[] controls =
        [
            Button("Back to the webhooks"), Button("Copy as curl: read this webhook"), Button("Edit"), Button("Delete"),
            Button("Copy id"), Button("Copy as curl: ping"), Button("Ping"),
        ];
        await Walk([Main, .. controls]);
        await Press(Button("Ping"), "Enter", Button("Ping"));
        await Sees("Accepted with 200 after");
        await WalkBack(controls);
        await Press(Button("Back to the webhooks"), "Enter", Main);
        await link.WaitForAsync();
    }

    private async Task SkipToThePage()
    {
        var skip = Page.GetByRole(AriaRole.Link, new() { Name = "Skip to the page" });
        await Press(Page.Locator("body"), "Tab", skip);
        await Press(skip, "Enter", Main);
    }

    private async Task Press(ILocator on, string key, ILocator then)
    {
        await HasFocus(on);
        await Page.Keyboard.PressAsync(key);
        await HasFocus(then);
    }

    private async Task Walk(params ILocator[] stops)
    {
        foreach (var (from, to) in stops.Zip(stops.Skip(1)))
            await Press(from, "Tab", to);
    }

    private async Task WalkBack(params ILocator[] stops)
    {
        foreach (var (to, from) in stops.Zip(stops.Skip(1)).Reverse())
            await Press(from, "Shift+Tab", to);
    }

    private async Task Replace(ILocator field, string text)
    {
        await Press(field, "Control+a", field);
        await Page.Keyboard.InsertTextAsync(text);
    }

    private Task ShowsText(string text) =>
        Assertions.Expect(Page.Locator("pre.text")).ToHaveTextAsync(text, new() { UseInnerText = true });

    private async Task Fill(params string[] keys)
    {
        foreach (var key in keys)
            await Kv.Put(key, $"value of {key}");
    }
}
