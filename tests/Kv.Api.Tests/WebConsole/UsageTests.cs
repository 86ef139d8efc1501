using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.WebConsole;

internal sealed class UsageTests(Engine engine) : ConsoleTest(engine)
{
    protected override (string Name, string? Value)[] Settings => [("QUOTA_KEYS", "3")];

    [Test]
    public async Task A_tenant_sees_its_share_of_the_quota_and_why_a_key_does_not_fit()
    {
        foreach (var key in new[] { "a", "b", "c" })
            await Kv.Put(key, "x");
        await Go("keys");
        await Sees("3 of 3 keys");

        await Button("New key").ClickAsync();
        await Field("Key").FillAsync("d");
        await Button("Create").ClickAsync();

        await Page.GetByRole(Microsoft.Playwright.AriaRole.Alert).Filter(new() { HasText = "uota" }).WaitForAsync();
    }
}
