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
    public async Task A_wrong_key_opens_nothing()
    {
        await SignIn("kv_0000000000000000_nonsense");

        await Sees("The credential is invalid, revoked or expired.");
        await Button("Continue").WaitForAsync();
    }

    [Test]
    public async Task A_key_that_may_read_a_prefix_sees_that_prefix_and_changes_nothing()
    {
        await Administrator("cart/1", "apples");
        await Administrator("secret", "pears");
        await SignIn(await Issue(AccessVerbs.Read, "cart/"));
        await Sees("These keys are not for this credential");

        await Page.GetByRole(AriaRole.Searchbox).FillAsync("cart/");
        await TreeItem("cart/1").ClickAsync();
        await Page.Locator("pre.text", new() { HasText = "apples" }).WaitForAsync();

        await Button("Delete").ClickAsync();
        await Sees("The credentials do not allow delete on these keys");
        await Button("Edit").ClickAsync();
        await Field("Value").FillAsync("changed");
        await Button("Save").ClickAsync();
        await Sees("The credentials do not allow write on these keys");
        await Page.GetByRole(AriaRole.Link, new() { Name = "Webhooks" }).ClickAsync();
        await Page.GetByRole(AriaRole.Alert).WaitForAsync();
        Assert.That(
            (await Holder(AccessVerbs.Read).Result.Get("cart/1")).Json.GetProperty("value").GetString(),
            Is.EqualTo("apples"));
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
    public async Task A_key_that_is_revoked_ends_the_visit()
    {
        var secret = ApiKeySecret.New();
        await Add(secret, AccessVerbs.All, "");
        await SignIn(secret.Reveal());
        await Sees("No keys yet");

        await Host.Services.GetRequiredService<IApiKeyRepository>().Delete(secret.Id, [], CancellationToken.None);
        Host.Services.GetRequiredService<IApiKeyAuthentication>().Forget();
        await Button("Reload the list").ClickAsync();

        await Sees("The credential was revoked or has expired.");
    }

    private async Task SignIn(string key)
    {
        await Go("keys");
        await Field("API key or token").FillAsync(key);
        await Button("Continue").ClickAsync();
    }

    private async Task Administrator(string key, string value) => await (await Holder(AccessVerbs.All)).Put(key, value);

    private async Task<KvClient> Holder(AccessVerbs verbs) =>
        new(Host.Http, Kv.Namespace, Kv.AppName) { Credential = await Issue(verbs) };

    private async Task<string> Issue(AccessVerbs verbs, string prefix = "")
    {
        var secret = ApiKeySecret.New();
        await Add(secret, verbs, prefix);
        return secret.Reveal();
    }

    private async Task Add(ApiKeySecret secret, AccessVerbs verbs, string prefix)
    {
        var grants = new Grants(isAdministrator: false, [new Grant(Kv.Namespace!, Kv.AppName!, prefix, verbs)]);
        await Host.Services.GetRequiredService<IApiKeyRepository>().Add(
            ApiKey.Create(secret, grants, "test", createdAt: 0, expireAt: null), CancellationToken.None);
        Host.Services.GetRequiredService<IApiKeyAuthentication>().Forget();
    }
}
