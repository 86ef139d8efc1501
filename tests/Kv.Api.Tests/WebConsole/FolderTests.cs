using System.Text.RegularExpressions;
using Kv.Api.Tests.Hosting;
using Kv.Testing;
using Microsoft.Playwright;

namespace Kv.Api.Tests.WebConsole;

/// <summary>Many keys at once: found by a part of their names, copied, deleted.</summary>
internal sealed class FolderTests(Engine engine) : ConsoleTest(engine)
{
    [Test]
    public async Task A_search_finds_a_part_of_a_name()
    {
        await Fill("config/a", "config/needle", "other");
        await Go("keys");
        await Field("Search for keys that").SelectOptionAsync("contains");

        await Page.GetByRole(AriaRole.Searchbox).FillAsync("NEEDLE");

        await TreeItem("config/needle").WaitForAsync();
        await Assertions.Expect(Page.GetByRole(AriaRole.Treeitem)).ToHaveCountAsync(1);
        await Sees("1 key found among all names");
    }

    [Test]
    public async Task A_search_shows_its_results_and_progress_and_can_be_stopped()
    {
        await Fill("a/needle", "b/needle", "c/needle", "d");
        // The second page of the search waits until the person has stopped it.
        var stopped = new TaskCompletionSource();
        await Page.RouteAsync("**/kv?*contains=*", async route =>
        {
            var isSecond = route.Request.Url.Contains("cursor=", StringComparison.Ordinal);
            if (isSecond)
                await stopped.Task;
            await route.ContinueAsync(new()
            {
                Url = route.Request.Url.Replace("limit=200", "limit=1", StringComparison.Ordinal),
            });
        });
        await Go("keys", ("contains", "needle"));

        await TreeItem("a/needle").WaitForAsync();
        await Page.GetByText(new Regex(@"1 key found, \d+ of 4 names looked at")).WaitForAsync();
        await Button("Stop").ClickAsync();
        stopped.SetResult();
        await Button("Continue").ClickAsync();

        await Sees("3 keys found among all names");
    }

    [Test]
    public async Task A_folder_is_deleted_after_its_keys_were_counted_and_shown()
    {
        await Fill("a/1", "a/2", "a/b/3", "b/1");
        await Go("keys");
        await TreeItem("a/").ClickAsync();

        await Button("Delete\u2026").ClickAsync();
        await Sees("3 keys");
        await Page.Locator(".preview", new() { HasText = "a/b/3" }).WaitForAsync();
        Assert.That((await Kv.Get("a/1")).Status, Is.EqualTo(200), "nothing is deleted yet");
        await Button("Delete 3 keys").ClickAsync();

        await Sees("Deleted 3 keys");
        Assert.That((await Kv.Get("a/b/3")).Status, Is.EqualTo(404));
        Assert.That((await Kv.Get("b/1")).Status, Is.EqualTo(200));
        await Assertions.Expect(Page.GetByRole(AriaRole.Treeitem)).ToHaveCountAsync(1);
    }

    [Test]
    public async Task A_deletion_that_runs_is_stopped_by_Escape()
    {
        await Fill("a/1");
        var (calls, answered) = (0, new TaskCompletionSource());
        await AnswerDeletions(() => ++calls == 2 ? answered.Task : Task.CompletedTask);
        await Go("keys");
        await TreeItem("a/").ClickAsync();
        await Button("Delete\u2026").ClickAsync();
        await Button("Delete 1 key").ClickAsync();
        await Sees("5,000 deleted");
        await Eventually.Holds(() => calls == 2, "the second call runs");

        await Page.Keyboard.PressAsync("Escape");
        // The browser itself closes a dialog at a second Escape.
        await Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        answered.SetResult();

        await Sees("Deleted 10,000 keys");
        await Assertions.Expect(Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        Assert.That(calls, Is.EqualTo(2));
    }

    [Test]
    public async Task A_deletion_ends_when_its_page_is_left()
    {
        await Fill("a/1");
        var (calls, answered) = (0, new TaskCompletionSource());
        await AnswerDeletions(() =>
        {
            calls++;
            return answered.Task;
        });
        await Go("live");
        await Sees("connected");
        await Page.GetByRole(AriaRole.Link, new() { Name = "Keys" }).ClickAsync();
        await TreeItem("a/").ClickAsync();
        await Button("Delete\u2026").ClickAsync();
        await Button("Delete 1 key").ClickAsync();
        await Eventually.Holds(() => calls == 1, "the first call runs");

        await Page.GoBackAsync();
        await Sees("connected");
        answered.SetResult();

        await Sees("Deleted 5,000 keys");
        Assert.That(calls, Is.EqualTo(1));
    }

    [Test]
    public async Task A_copy_that_runs_can_be_stopped()
    {
        await Fill("a/1");
        var (calls, answered) = (0, new TaskCompletionSource());
        await Page.RouteAsync("**/copy", async route =>
        {
            var isDryRun = route.Request.PostData!.Contains("\"dry_run\":true", StringComparison.Ordinal);
            if (!isDryRun && ++calls == 2)
                await answered.Task;
            await route.FulfillAsync(new()
            {
                Json = new { copied = 1000, existing = 0, invalid = 0, cursor = isDryRun ? null : "next" },
            });
        });
        await Go("keys");
        await TreeItem("a/").ClickAsync();
        await Button("Copy\u2026").ClickAsync();
        await Field("To the prefix").FillAsync("b/");
        await Button("Try").ClickAsync();
        await Button("Copy 1,000 keys").ClickAsync();
        await Sees("1,000 keys copied");
        await Eventually.Holds(() => calls == 2, "the second call runs");

        await Button("Stop").ClickAsync();
        answered.SetResult();

        await Page.Locator(".notice b", new() { HasText = "Stopped" }).WaitForAsync();
        await Sees("2,000 keys copied");
        Assert.That(calls, Is.EqualTo(2));
        await Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Close" }).Last.ClickAsync();
        await Assertions.Expect(Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
    }

    [Test]
    public async Task Copy_and_Delete_are_offered_only_where_keys_are_listed()
    {
        await Fill("a/1");
        await Go("keys", ("prefix", "none"));
        await Sees("No key is found");
        await Assertions.Expect(Button("Delete\u2026")).ToHaveCountAsync(0);
        await Assertions.Expect(Button("Copy\u2026")).ToHaveCountAsync(0);

        await Page.GetByRole(AriaRole.Searchbox).FillAsync("a");
        await Button("Delete\u2026").WaitForAsync();
        await TreeItem("a/1").ClickAsync();
        await Button("Delete").ClickAsync();

        await Sees("No key is found");
        await Assertions.Expect(Button("Delete\u2026")).ToHaveCountAsync(0);
    }

    [Test]
    public async Task A_folder_is_copied_after_a_dry_run()
    {
        await Fill("a/1", "a/2", "z/2");
        await Go("keys");
        await TreeItem("a/").ClickAsync();

        await Button("Copy\u2026").ClickAsync();
        await Field("To the prefix").FillAsync("z/");
        await Button("Try").ClickAsync();
        await Sees("1 key to copy, 1 exist already");
        Assert.That((await Kv.Get("z/1")).Status, Is.EqualTo(404), "nothing is copied yet");
        await Button("Copy 1 key").ClickAsync();

        await Sees("1 key copied");
        Assert.That(await ValueOf("z/1"), Is.EqualTo("a/1"));
        Assert.That(await ValueOf("z/2"), Is.EqualTo("z/2"));
    }

    [Test]
    public async Task A_copy_overwrites_keys_where_the_person_says_so()
    {
        await Fill("a/1");
        await Kv.Put("z/1", "before");
        await Go("keys", ("prefix", "a/"));

        await Button("Copy\u2026").ClickAsync();
        await Field("To the prefix").FillAsync("z/");
        await Button("Try").ClickAsync();
        await Sees("0 keys to copy, 1 exist already");
        await Field("Overwrite keys that exist").CheckAsync();
        await Button("Try").ClickAsync();
        await Button("Copy 1 key").ClickAsync();

        await Sees("1 key copied");
        Assert.That(await ValueOf("z/1"), Is.EqualTo("a/1"));
    }

    private async Task Fill(params string[] keys)
    {
        foreach (var key in keys)
            await Kv.Put(key, key);
    }

    // Answers each call that deletes a folder with a part of it, after a wait.
    private Task<IAsyncDisposable> AnswerDeletions(Func<Task> wait) => Page.RouteAsync("**/kv?prefix=*", async route =>
    {
        if (route.Request.Method != "DELETE" || route.Request.Url.Contains("dry_run", StringComparison.Ordinal))
        {
            await route.ContinueAsync();
            return;
        }
        await wait();
        await route.FulfillAsync(new() { Json = new { deleted = 5000, more = true } });
    });
}
