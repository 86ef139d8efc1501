using Kv.Api.Tests.Hosting;
using Kv.Testing;
using Microsoft.Playwright;

namespace Kv.Api.Tests.WebConsole;

/// <summary>The overview of a deployment with several replicas, which only etcd has.</summary>
[TestFixture(Engine.Etcd)]
internal sealed class ReplicasTests(Engine engine) : ConsoleTest(engine)
{
    [Test]
    public async Task The_leader_and_the_other_replicas_are_shown_to_everyone()
    {
        await using var leader = await KvHost.Start(Engine);
        await using var other = await KvHost.Start(Engine, ("BASE_KEY_PREFIX", leader.KeyPrefix));
        Host = leader;
        Kv = leader.NewTenant();
        await Eventually.Holds(
            async () => (await Kv.Send(HttpMethod.Get, "/admin/overview")).Json.GetProperty("replicas")
                .GetArrayLength() == 2,
            "both are known");

        var page = await Shown(ColorScheme.Light, width: 1280);
        await AccessibilityTests.Check(page, "overview", ColorScheme.Light);
        await AccessibilityTests.Check(await Shown(ColorScheme.Dark, width: 1280), "overview", ColorScheme.Dark);
        await AccessibilityTests.CheckWidth(
            await Shown(ColorScheme.Light, AccessibilityTests.PhoneWidth), "overview");

        async Task<IPage> Shown(ColorScheme scheme, int width)
        {
            var page = await NewPage(scheme, width);
            await Go(page, "overview");
            await Assertions.Expect(Fact(page, "Version")).ToContainTextAsync("etcd 3.");
            await Assertions.Expect(Fact(page, "Leader")).ToContainTextAsync($":{leader.Address.Port}");
            await Assertions.Expect(Fact(page, "Replica 2")).ToContainTextAsync($":{other.Address.Port}");
            return page;
        }

        static ILocator Fact(IPage page, string name) => page.Locator($".settings dt:text-is('{name}') + dd");
    }
}
