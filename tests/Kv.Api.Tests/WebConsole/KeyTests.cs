using Kv.Api.Tests.Hosting;
using Kv.Testing;
using Microsoft.Playwright;

namespace Kv.Api.Tests.WebConsole;

/// <summary>The pages of the keys.</summary>
internal sealed class KeyTests(Engine engine) : ConsoleTest(engine)
{
    [Test]
    public async Task A_link_to_a_key_opens_its_folders()
    {
        await Kv.Put("a/b/c", "deep");

        await Go("keys", ("key", "a/b/c"));

        await Sees("deep");
        Assert.That(await TreeItem("c").Last.GetAttributeAsync("aria-selected"), Is.EqualTo("true"));
    }

    [Test]
    public async Task A_link_to_a_key_behind_many_folders_and_keys_shows_its_row()
    {
        await Fill(Enumerable.Range(0, 260).Select(i => $"f{i:000}/x"));
        await Fill(Enumerable.Range(0, 210).Select(i => $"f258/k{i:000}"));

        await Go("keys", ("key", "f258/k207"));

        var row = Page.Locator("[role=treeitem][aria-selected=true]");
        await Assertions.Expect(row).ToContainTextAsync("k207");
        await Assertions.Expect(row).ToBeInViewportAsync();
        await Assertions.Expect(TreeItem("f000/")).ToHaveCountAsync(1);
    }

    [Test]
    public async Task A_link_to_a_key_that_is_gone_shows_the_list()
    {
        await Fill(["a/1", "c/1"]);

        await Go("keys", ("key", "b/gone"));

        await TreeItem("c/").WaitForAsync();
    }

    [Test]
    public async Task Another_delimiter_makes_other_folders()
    {
        await Kv.Put("user:1:name", "Ada");
        await Go("keys");
        await TreeItem("user:1:name").WaitForAsync();

        await Field("Folders").SelectOptionAsync(":");

        await TreeItem("user:").ClickAsync();
        await TreeItem("1:").WaitForAsync();
    }

    [Test]
    public async Task Pages_follow_while_the_person_scrolls()
    {
        await Kv.Send(HttpMethod.Post, "/bulk", Sets(Enumerable.Range(0, 450).Select(i => $"k{i:000}")));
        await Go("keys");
        await TreeItem("k000").WaitForAsync();
        Assert.That(await TreeItem("k").CountAsync(), Is.LessThan(450));

        await Eventually.Holds(
            async () =>
            {
                await Page.Locator(".list-pane .pane-body").EvaluateAsync("pane => pane.scrollTop = pane.scrollHeight");
                return await TreeItem("k").CountAsync() == 450;
            },
            "every key is listed");
        await TreeItem("k449").ClickAsync();

        await Sees("version 1");
    }

    [Test]
    public async Task The_next_page_is_loaded_before_the_person_comes_to_its_place()
    {
        await Kv.Send(HttpMethod.Post, "/bulk", Sets(Enumerable.Range(0, 60).Select(i => $"k{i:00}")));
        await Go("keys");
        await TreeItem("k49").WaitForAsync();

        await Page.Locator(".list-pane .pane-body").EvaluateAsync(
            "pane => pane.scrollTop = pane.scrollHeight - pane.clientHeight - 300");

        await TreeItem("k59").WaitForAsync();
        Assert.That(Requested, Has.Some.Contains("limit=50"), "the first page is short");
    }

    [Test]
    public async Task A_list_that_is_loaded_anew_keeps_what_the_person_has_scrolled_through()
    {
        await Kv.Send(HttpMethod.Post, "/bulk", Sets(Enumerable.Range(0, 250).Select(i => $"k{i:000}")));
        await Go("keys");
        await TreeItem("k000").WaitForAsync();
        await Eventually.Holds(
            async () =>
            {
                await Page.Locator(".list-pane .pane-body").EvaluateAsync("pane => pane.scrollTop = pane.scrollHeight");
                return await TreeItem("k").CountAsync() == 250;
            },
            "every key is listed");
        await TreeItem("k249").ClickAsync();
        await Page.EvaluateAsync(
            """
            window.fewest = Infinity;
            const rows = () => { fewest = Math.min(fewest, document.querySelectorAll('[role="treeitem"]').length); };
            new MutationObserver(rows).observe(document.querySelector('.list-pane'), { childList: true, subtree: true });
            """);
        await Kv.Put("k250", "v");

        await Button("Edit").ClickAsync();
        await Field("Value").FillAsync("w");
        await Button("Save").ClickAsync();

        await TreeItem("k250").WaitForAsync();
        Assert.That(await Page.EvaluateAsync<int>("fewest"), Is.GreaterThanOrEqualTo(250));
    }

    [Test]
    public async Task A_folder_with_many_keys_ends_with_a_row_that_loads_more_of_them()
    {
        await Kv.Send(
            HttpMethod.Post, "/bulk", Sets(Enumerable.Range(0, 60).Select(i => $"a/k{i:00}").Append("motd")));
        await Go("keys");
        await TreeItem("a/").ClickAsync();
        var more = TreeItem("More in a/");
        await more.WaitForAsync();
        Assert.That(
            await Page.GetByRole(AriaRole.Treeitem).AllTextContentsAsync(),
            Is.EqualTo(new[] { "a/" }.Concat(Enumerable.Range(0, 50).Select(i => $"k{i:00}"))
                .Concat(["More in a/", "motd"])));

        await more.FocusAsync();
        await Page.Keyboard.PressAsync("Enter");

        await TreeItem("k59").WaitForAsync();
        await Assertions.Expect(more).ToHaveCountAsync(0);
        await Assertions.Expect(TreeItem("k49")).ToBeFocusedAsync();
    }

    [Test]
    public async Task A_search_finds_keys_that_the_page_has_not_loaded()
    {
        await Kv.Send(
            HttpMethod.Post, "/bulk", Sets(Enumerable.Range(0, 300).Select(i => $"k{i:000}").Append("zebra/1")));
        await Go("keys");
        await TreeItem("k000").WaitForAsync();

        await Page.GetByRole(AriaRole.Searchbox).FillAsync("zeb");

        await TreeItem("zebra/1").ClickAsync();
        await Sees("version 1");
    }

    [Test]
    public async Task A_key_is_created_changed_given_an_expiry_deleted_and_brought_back()
    {
        await Go("keys");
        await Button("New key").First.ClickAsync();
        await Field("Key").FillAsync("motd");
        await Field("Value").FillAsync("Welcome");
        await Button("Create").ClickAsync();
        await Sees("Key created");
        await Page.Locator("pre.text", new() { HasText = "Welcome" }).WaitForAsync();

        await Button("Edit").ClickAsync();
        await Field("Value").FillAsync("Welcome back");
        await Button("Save").ClickAsync();
        await Page.Locator("pre.text", new() { HasText = "Welcome back" }).WaitForAsync();
        Assert.That(await ValueOf("motd"), Is.EqualTo("Welcome back"));

        await Button("Expiry").ClickAsync();
        await Field("Amount of time").FillAsync("2");
        await Button("Save").ClickAsync();
        await Sees("expires in 1 h 59 m");
        Assert.That((await Kv.Get("motd")).Json.GetProperty("ttl").GetInt64(), Is.InRange(7000, 7200));

        await Button("Edit").ClickAsync();
        await Field("Value").FillAsync("Kept");
        await Button("Save").ClickAsync();
        await Page.Locator("pre.text", new() { HasText = "Kept" }).WaitForAsync();
        Assert.That(
            (await Kv.Get("motd")).Json.GetProperty("ttl").GetInt64(), Is.InRange(7000, 7200),
            "an edit keeps the deadline");

        await Button("Delete").ClickAsync();
        await Sees("There is no such key");
        Assert.That((await Kv.Get("motd")).Status, Is.EqualTo(404));

        await Button("Undo").ClickAsync();
        await Page.Locator("pre.text", new() { HasText = "Kept" }).WaitForAsync();
        var back = await Kv.Get("motd");
        Assert.That(back.Json.GetProperty("value").GetString(), Is.EqualTo("Kept"));
        Assert.That(back.Json.GetProperty("ttl").GetInt64(), Is.InRange(7000, 7200));
    }

    [Test]
    public async Task A_deletion_is_undone_after_the_person_has_moved_on()
    {
        await DeleteAndMoveOn();
        await Page.Locator("pre.text", new() { HasText = "second" }).WaitForAsync();

        await Button("Undo").ClickAsync();

        await TreeItem("a").WaitForAsync();
        await Sees("Brought back");
        await Assertions.Expect(Page.Locator(".toast.bad")).ToHaveCountAsync(0);
        await Assertions.Expect(Page.Locator("pre.text")).ToHaveTextAsync("second");
        Assert.That(await ValueOf("a"), Is.EqualTo("first"));
    }

    [Test]
    public async Task A_deletion_is_undone_after_another_search()
    {
        await Kv.Put("a", "first");
        await Go("keys", ("key", "a"));
        await Button("Delete").ClickAsync();
        await Page.Locator(".toast").HoverAsync();
        await Page.GetByRole(AriaRole.Searchbox).FillAsync("a");
        await Sees("No key is found");

        await Button("Undo").ClickAsync();

        await TreeItem("a").WaitForAsync();
    }

    [Test]
    public async Task A_deletion_is_undone_after_the_person_has_left_the_page_and_come_back()
    {
        await Kv.Put("a", "first");
        await Kv.Put("b", "second");
        await Go("keys", ("key", "a"));
        await Button("Delete").ClickAsync();
        await Page.Locator(".toast").HoverAsync();
        await Page.GetByRole(AriaRole.Link, new() { Name = "Live" }).PressAsync("Enter");
        await Sees("connected");
        await Page.GoBackAsync();
        await TreeItem("b").WaitForAsync();
        await Sees("There is no such key");

        await Button("Undo").ClickAsync();

        await TreeItem("a").WaitForAsync();
        await Page.Locator("pre.text", new() { HasText = "first" }).WaitForAsync();
    }

    [Test]
    public async Task An_edit_stays_while_something_else_changes_the_keys()
    {
        await DeleteAndMoveOn();
        await Button("Edit").PressAsync("Enter");
        await Field("Value").FillAsync("mine");

        await Kv.Put("b", "theirs");
        await Button("Undo").ClickAsync();

        await TreeItem("a").WaitForAsync();
        await Assertions.Expect(Field("Value")).ToHaveValueAsync("mine");
        await Button("Save").ClickAsync();
        await Sees("Someone else changed this key meanwhile.");
    }

    [Test]
    public async Task A_deletion_is_undone_in_the_page_of_the_key_after_its_message_is_gone()
    {
        await Kv.Put("a", "first");
        await Go("keys", ("key", "a"));
        await Button("Delete").ClickAsync();
        await Button("Dismiss").ClickAsync();

        await Button("Undo the deletion").ClickAsync();

        await Page.Locator("pre.text", new() { HasText = "first" }).WaitForAsync();
        Assert.That(await ValueOf("a"), Is.EqualTo("first"));
    }

    [Test]
    public async Task A_save_that_still_runs_is_not_sent_again()
    {
        await Kv.Put("motd", "first");
        await Go("keys", ("key", "motd"));
        var answered = new TaskCompletionSource();
        await Page.RouteAsync("**/kv/motd", async route =>
        {
            if (route.Request.Method == "PUT")
                await answered.Task;
            await route.ContinueAsync();
        });
        await Button("Edit").ClickAsync();
        await Field("Value").FillAsync("second");
        await Field("Value").PressAsync("Control+Enter");
        await Page.Locator("button[aria-busy]").WaitForAsync();
        await Field("Value").PressAsync("Control+Enter");
        answered.SetResult();

        await Sees("version 2");
        await Page.Locator("pre.text", new() { HasText = "second" }).WaitForAsync();
    }

    [Test]
    public async Task An_edit_is_not_saved_with_an_expiry_of_no_time()
    {
        await Kv.Put("motd", "first");
        await Go("keys", ("key", "motd"));
        await Button("Edit").ClickAsync();
        await Field("Expires").SelectOptionAsync("seconds");
        await Field("Amount of time").FillAsync("0");
        await Field("Amount of time").PressAsync("Control+Enter");
        await Field("Amount of time").FillAsync("2");
        await Field("Amount of time").PressAsync("Control+Enter");

        await Sees("version 2");
        Assert.That((await Kv.Get("motd")).Json.GetProperty("ttl").GetInt64(), Is.InRange(7100, 7200));
    }

    [Test]
    public async Task A_folder_is_gone_with_its_last_key()
    {
        await Kv.Put("a/b/c", "x");
        await Kv.Put("motd", "x");
        await Go("keys", ("key", "a/b/c"));
        await TreeItem("c").Last.WaitForAsync();

        await Button("Delete").ClickAsync();

        await Sees("There is no such key");
        await Assertions.Expect(Page.GetByRole(AriaRole.Treeitem))
            .ToHaveTextAsync("motd");
    }

    [Test]
    public async Task The_time_that_a_key_has_left_runs_down_until_it_is_gone()
    {
        await Kv.Put("session", "x", ttl: 10);
        await Go("keys", ("key", "session"));
        var left = Page.Locator(".facts time");
        var first = await left.InnerTextAsync();

        await Assertions.Expect(left).Not.ToHaveTextAsync(first);

        await Sees("There is no such key");
    }

    [Test]
    public async Task A_key_that_exists_is_not_overwritten_by_a_new_one()
    {
        await Kv.Put("motd", "first");
        await Go("keys");
        await Button("New key").ClickAsync();
        await Field("Key").FillAsync("motd");
        await Button("Create").ClickAsync();

        await Button("Open it").ClickAsync();

        await Page.Locator("pre.text", new() { HasText = "first" }).WaitForAsync();
        Assert.That(await ValueOf("motd"), Is.EqualTo("first"));
    }

    [Test]
    public async Task Mistakes_are_shown_at_their_field()
    {
        await Go("keys");
        await Button("New key").First.ClickAsync();
        await Field("Key").FillAsync(new string('k', 101));
        await Button("Create").ClickAsync();

        await Sees("Key too long (max 100 characters)");
        Assert.That(await Field("Key").GetAttributeAsync("aria-invalid"), Is.EqualTo("true"));
    }

    [Test]
    public async Task Any_two_revisions_can_be_compared_and_each_restored()
    {
        foreach (var value in new[] { "one\ntwo\n", "one\n2\n", "one\n2\nthree\n" })
            await Kv.Put("list", value, ttl: 3600);
        await Go("keys", ("key", "list"));
        await Tab("History").ClickAsync();
        var rows = Page.Locator("tbody tr");
        await rows.Nth(2).WaitForAsync();

        await rows.Nth(2).GetByRole(AriaRole.Radio).First.CheckAsync();

        Assert.That(
            await Page.Locator(".diff-line.removed, .diff-line.added").AllInnerTextsAsync(),
            Is.EqualTo(new[] { "\u2212two", "+2", "+three" })
                .Using<string>((a, b) => a.Replace("\n", "", StringComparison.Ordinal) == b));
        await rows.Nth(2).GetByRole(AriaRole.Button, new() { NameRegex = new("^Restore") })
            .ClickAsync();
        await Sees("Restored revision");
        var restored = (await Kv.Get("list")).Json;
        Assert.That(restored.GetProperty("value").GetString(), Is.EqualTo("one\ntwo\n"));
        Assert.That(restored.GetProperty("ttl").GetInt64(), Is.Positive, "the deadline stays");
    }

    [Test]
    public async Task A_deleted_key_shows_its_history_and_comes_back_from_it()
    {
        await Kv.Put("gone", "here");
        await Kv.Delete("gone");
        await Go("keys", ("key", "gone"));
        await Sees("There is no such key");
        await Sees("An earlier value that the store still has can be restored.");

        await Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Restore revision") })
            .ClickAsync();

        await Page.Locator("pre.text", new() { HasText = "here" }).WaitForAsync();
    }

    [Test]
    public async Task A_key_that_was_never_there_has_no_history_and_nothing_to_restore()
    {
        await Go("keys", ("key", "none"));

        await Sees("There is no such key");
        await Sees("The store has no revision of this key.");
        await Assertions.Expect(Page.Locator(".detail-pane .empty")).ToHaveCountAsync(1);
        await Assertions.Expect(Page.GetByText("can be restored")).ToHaveCountAsync(0);
    }

    [Test]
    public async Task Another_tenant_is_chosen_from_a_list()
    {
        await Kv.Put("mine", "1");
        var other = Host.NewTenant();
        await other.Put("theirs", "2");
        await Go("keys");
        await TreeItem("mine").WaitForAsync();

        await Page.Locator(".tenant-button").ClickAsync();
        await Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Searchbox)
            .FillAsync(other.Namespace!);
        await Button($"{other.Namespace} / {other.AppName}").ClickAsync();

        await TreeItem("theirs").WaitForAsync();
        Assert.That(Page.Url, Does.Contain(other.Namespace!));
    }

    [Test]
    public async Task More_tenants_are_listed_page_by_page()
    {
        await Kv.Put("mine", "1");
        await new KvClient(Host.Http, Kv.Namespace, "another").Put("theirs", "2");
        await Page.RouteAsync("**/tenants?*", route => route.ContinueAsync(new()
        {
            Url = route.Request.Url.Replace("limit=100", "limit=1", StringComparison.Ordinal),
        }));
        await Go("keys");
        await Page.Locator(".tenant-button").ClickAsync();
        await Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Searchbox).FillAsync(Kv.Namespace!);
        await Assertions.Expect(Page.Locator(".choices button")).ToHaveCountAsync(1);

        await Button("More tenants").ClickAsync();

        await Assertions.Expect(Page.Locator(".choices button")).ToHaveCountAsync(2);
    }

    private async Task Fill(IEnumerable<string> keys) => Assert.That(
        (await Kv.Send(HttpMethod.Post, "/bulk", Sets(keys))).Status, Is.EqualTo(200));

    private static string Sets(IEnumerable<string> keys) =>
        $"[{string.Join(',', keys.Select(key => $$"""{"op":"set","key":"{{key}}","value":"v"}"""))}]";

    // Deletes the key a and shows the key b, while the message about the deletion stays.
    private async Task DeleteAndMoveOn()
    {
        await Kv.Put("a", "first");
        await Kv.Put("b", "second");
        await Go("keys", ("key", "a"));
        await Button("Delete").ClickAsync();
        // The message stays as long as the pointer is on it.
        await Page.Locator(".toast").HoverAsync();
        await TreeItem("b").PressAsync("Enter");
    }
}
