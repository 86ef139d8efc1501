using Kv.Api.Tests.Hosting;
using Kv.Application.Access;
using Kv.Domain.Access;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Kv.Api.Tests.WebConsole;

/// <summary>The console where callers must send a credential.</summary>
internal sealed class SignInTests(Engine engine) : ConsoleTest(engine)
{
    protected override (string Name, string? Value)[] Settings => [("AUTH", "apikey"), ("WEBHOOK_TARGETS", "private")];

    [Test]
    public async Task A_key_of_one_tenant_leads_to_that_tenant()
    {
        await Administrator("motd", "hello");
        await Page.GotoAsync($"{Host.Address}console/");
        await Field("API key or token").FillAsync(await Issue(AccessVerbs.Read));
        await Button("Continue").ClickAsync();

        await TreeItem("motd").ClickAsync();
        await Page.Locator("pre.text", new() { HasText = "hello" }).WaitForAsync();
        await Page.Locator(".tenant-button").ClickAsync();
        await Assertions.Expect(Page.Locator(".choices button")).ToHaveTextAsync([$"{Kv.Namespace} / {Kv.AppName}"]);
    }

    [Test]
    public async Task The_page_that_asks_for_a_key_has_no_serious_or_critical_finding(
        [Values(ColorScheme.Light, ColorScheme.Dark)] ColorScheme scheme)
    {
        var page = await NewPage(scheme);
        await Go(page, "keys");
        await page.GetByLabel("API key or token").WaitForAsync();

        await AccessibilityTests.Check(page, "sign in", scheme);
    }

    [TestCase("what the credential allows", "whoami")]
    [TestCase("its tenants", "tenants?limit=100")]
    public async Task The_calls_of_the_check_are_offered_as_curl(string what, string path)
    {
        await Go("keys");
        await Button($"Copy as curl: {what}").ClickAsync();

        await Sees("curl command copied");
        Assert.That(
            await Copied(), Is.EqualTo($"curl '{Host.Address}{path}' -H \"Authorization: Bearer $KV_KEY\""));
    }

    [Test]
    public async Task A_wrong_key_opens_nothing()
    {
        await SignIn("kv_0000000000000000_nonsense");

        await Sees("The credential is invalid, revoked or expired.");
        await Button("Continue").WaitForAsync();
    }

    [Test]
    public async Task A_key_that_may_read_a_prefix_sees_that_prefix_and_is_offered_no_change()
    {
        await Administrator("cart/1", "apples");
        await Administrator("secret", "pears");
        await SignIn(await Issue(AccessVerbs.Read, "cart/"));

        await Sees("The credential allows read on");
        await TreeItem("1").ClickAsync();
        await Page.Locator("pre.text", new() { HasText = "apples" }).WaitForAsync();
        await Assertions.Expect(Page.GetByRole(AriaRole.Treeitem)).ToHaveCountAsync(1);
        foreach (var name in new[] { "New key", "Edit", "Expiry", "Delete", "Copy\u2026", "Delete\u2026" })
            await Assertions.Expect(Button(name)).ToHaveCountAsync(0);
        foreach (var name in new[] { "Webhooks", "Overview" })
            await Assertions.Expect(Page.GetByRole(AriaRole.Link, new() { Name = name })).ToHaveCountAsync(0);
        await Assertions.Expect(Tab("Webhooks")).ToHaveCountAsync(0);
        await Tab("History").ClickAsync();
        await Sees("Changes");
        await Assertions.Expect(Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Restore") }))
            .ToHaveCountAsync(0);
        await Field("Search for keys that").SelectOptionAsync("contains");
        await Page.GetByRole(AriaRole.Searchbox).FillAsync("1");
        await Sees("1 key found among all names");

        await Page.GetByRole(AriaRole.Link, new() { Name = "Import and export" }).ClickAsync();
        await Assertions.Expect(Page.GetByRole(AriaRole.Heading, new() { Name = "Export", Exact = true }))
            .ToBeVisibleAsync();
        await Assertions.Expect(Page.GetByRole(AriaRole.Heading, new() { Name = "Import", Exact = true }))
            .ToHaveCountAsync(0);
        await Page.EvaluateAsync("location.hash = location.hash.replace('/transfer', '/overview')");
        await Sees("This page is not for this credential");
        await Sees("It shows figures of all tenants");
        await Page.EvaluateAsync("location.hash = location.hash.replace('/overview', '/webhooks')");
        await Sees("Choose another tenant above");
    }

    [Test]
    public async Task A_key_for_the_webhooks_of_a_prefix_registers_and_sees_those_alone()
    {
        const string target = "http://127.0.0.1:9/";
        await (await Holder(AccessVerbs.All)).Send(
            HttpMethod.Post, "/webhooks", $$"""{"key":"other","event":"*","endpoint":"{{target}}"}""");
        await SignIn(await Issue(AccessVerbs.Webhooks, "cart/"), place: "");

        await Sees("It may register webhooks for them and see their settings.");
        await Sees("No webhooks yet");
        await Assertions.Expect(Page.Locator(".side").GetByRole(AriaRole.Link)).ToHaveCountAsync(1);
        await Button("New webhook").First.ClickAsync();
        await Assertions.Expect(Field("Keys")).ToHaveValueAsync("cart/*");
        await Field("Endpoint").FillAsync(target);
        await Button("Register").ClickAsync();

        await Sees("A credential for all keys is needed to change this webhook");
        await Page.Locator(".settings", new() { HasText = target }).WaitForAsync();
        foreach (var name in new[] { "Edit", "Delete", "Ping", "Rotate", "Disable", "Replay\u2026", "Explain" })
            await Assertions.Expect(Button(name)).ToHaveCountAsync(0);
        await Button("Back to the webhooks").ClickAsync();
        await Assertions.Expect(Page.Locator("tbody tr")).ToHaveCountAsync(1);
        await Button("New webhook").ClickAsync();
        await Field("Keys").FillAsync("other");
        await Field("Endpoint").FillAsync(target);
        await Button("Register").ClickAsync();
        await Sees("The credentials do not allow webhooks on these keys");
    }

    [Test]
    public async Task A_key_that_may_write_and_delete_under_a_prefix_does_so_there_and_is_refused_elsewhere()
    {
        await Administrator("cart/1", "apples");
        await SignIn(await Issue(AccessVerbs.Read | AccessVerbs.Write | AccessVerbs.Delete, "cart/"));
        await TreeItem("1").ClickAsync();
        await Button("Edit").ClickAsync();
        await Field("Value").FillAsync("pears");
        await Button("Save").ClickAsync();
        await Page.Locator("pre.text", new() { HasText = "pears" }).WaitForAsync();
        await Button("Delete").ClickAsync();
        await Button("Undo").ClickAsync();
        await Sees("Brought back");

        await Button("New key").ClickAsync();
        var key = Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Textbox, new() { Name = "Key", Exact = true });
        await Assertions.Expect(key).ToHaveValueAsync("cart/");
        await key.FillAsync("elsewhere");
        await Button("Create").ClickAsync();

        await Sees("The credentials do not allow write on these keys");
    }

    [Test]
    public async Task A_key_that_may_only_write_creates_keys_and_sees_none()
    {
        await SignIn(await Issue(AccessVerbs.Write, "cart/"));
        await Sees("This credential may not read keys");

        await Button("New key").ClickAsync();
        await Field("Key").FillAsync("cart/1");
        await Field("Value").FillAsync("apples");
        await Button("Create").ClickAsync();

        await Sees("Key created");
        await Assertions.Expect(Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        Assert.That((await (await Holder(AccessVerbs.Read)).Get("cart/1")).Body, Does.Contain("apples"));
        await Button("New key").ClickAsync();
        await Field("Key").FillAsync("cart/1");
        await Button("Create").ClickAsync();
        await Sees("This key exists already.");
        await Assertions.Expect(Button("Open it")).ToHaveCountAsync(0);
    }

    [Test]
    public async Task A_key_that_may_only_delete_sees_no_keys()
    {
        await SignIn(await Issue(AccessVerbs.Delete));

        await Sees("This credential may not read keys");
        await Assertions.Expect(Button("New key")).ToHaveCountAsync(0);
        Assert.That(Requested, Has.None.Contains("/kv?"));
    }

    [Test]
    public async Task A_reader_of_prefixes_learns_which_keys_there_are_none_of_and_where_a_search_looked()
    {
        var secret = ApiKeySecret.New();
        await Add(secret, new Grants(isAdministrator: false, [
            new Grant(Kv.Namespace!, Kv.AppName!, "cart/", AccessVerbs.Read),
            new Grant(Kv.Namespace!, Kv.AppName!, "user/", AccessVerbs.Read),
        ]));
        await SignIn(secret.Reveal());
        await Sees("No key begins with cart/.");
        await Assertions.Expect(Page.GetByText("Create one here")).ToHaveCountAsync(0);

        await Administrator("cart/1", "apples");
        await Field("Search for keys that").SelectOptionAsync("contains");
        await Page.GetByRole(AriaRole.Searchbox).FillAsync("1");

        await Sees("1 key found among all names under cart/");
    }

    [Test]
    public async Task An_administrator_sees_the_overview()
    {
        var secret = ApiKeySecret.New();
        await Add(secret, Grants.All);
        await SignIn(secret.Reveal());

        await Page.GetByRole(AriaRole.Link, new() { Name = "Overview" }).ClickAsync();

        await Sees("healthy");
        await Page.GetByRole(AriaRole.Heading, new() { Name = "Replicas" }).WaitForAsync();
    }

    [Test]
    public async Task The_key_stays_in_the_page_and_is_gone_with_it()
    {
        var key = await Issue(AccessVerbs.All);
        await SignIn(key);
        await Sees("No keys yet");

        Assert.That(Page.Url, Does.Not.Contain(key));
        Assert.That(Requested, Has.None.Contains(key), "no address has it");
        Assert.That(
            await Page.EvaluateAsync<int>("localStorage.length + sessionStorage.length + document.cookie.length"),
            Is.Zero);
        await Button("Copy as curl: this list").ClickAsync();
        await Sees("curl command copied");
        Assert.That(await Copied(), Does.Not.Contain(key).And.Contain("$KV_KEY"));

        await Page.ReloadAsync();
        await Field("API key or token").WaitForAsync();
        Assert.That(await Field("API key or token").InputValueAsync(), Is.Empty);
    }

    [Test]
    public async Task Who_signs_out_leaves_nothing_to_undo_to_the_next_person()
    {
        await Administrator("cart/1", "apples");
        var key = await Issue(AccessVerbs.All);
        await SignIn(key);
        await TreeItem("cart/").ClickAsync();
        await TreeItem("1").Last.ClickAsync();
        await Button("Delete").ClickAsync();
        await Button("Undo").WaitForAsync();

        await Button("Sign out").PressAsync("Enter");
        await HasFocus(Field("API key or token"));
        await Field("API key or token").FillAsync(key);
        await Button("Continue").ClickAsync();

        await Sees("There is no such key");
        await Assertions.Expect(Button("Undo")).ToHaveCountAsync(0);
    }

    [Test]
    public async Task A_key_that_is_revoked_ends_the_visit()
    {
        var secret = ApiKeySecret.New();
        await Add(
            secret, new Grants(isAdministrator: false, [new Grant(Kv.Namespace!, Kv.AppName!, "", AccessVerbs.All)]));
        await SignIn(secret.Reveal());
        await Sees("No keys yet");

        await Host.Services.GetRequiredService<IApiKeyRepository>().Delete(secret.Id, [], CancellationToken.None);
        Host.Services.GetRequiredService<ApiKeyAuthentication>().Forget();
        await Button("Reload the list").ClickAsync();

        await Sees("The credential was revoked or has expired.");
    }

    private async Task SignIn(string key, string place = "keys")
    {
        await Go(place);
        await Field("API key or token").FillAsync(key);
        await Button("Continue").ClickAsync();
    }

    private async Task Administrator(string key, string value) => await (await Holder(AccessVerbs.All)).Put(key, value);

    private async Task<KvClient> Holder(AccessVerbs verbs) =>
        new(Host.Http, Kv.Namespace, Kv.AppName) { Credential = await Issue(verbs) };

    private async Task<string> Issue(AccessVerbs verbs, string prefix = "")
    {
        var secret = ApiKeySecret.New();
        await Add(
            secret, new Grants(isAdministrator: false, [new Grant(Kv.Namespace!, Kv.AppName!, prefix, verbs)]));
        return secret.Reveal();
    }

    private async Task Add(ApiKeySecret secret, Grants grants)
    {
        await Host.Services.GetRequiredService<IApiKeyRepository>().Add(
            ApiKey.Create(secret, grants, "test", createdAt: 0, expireAt: null), CancellationToken.None);
        Host.Services.GetRequiredService<ApiKeyAuthentication>().Forget();
    }
}
