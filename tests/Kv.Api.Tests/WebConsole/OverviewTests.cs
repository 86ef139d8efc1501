using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kv.Api.Tests.Hosting;
using Kv.Testing;
using Microsoft.Playwright;

namespace Kv.Api.Tests.WebConsole;

internal sealed class OverviewTests(Engine engine) : ConsoleTest(engine)
{
    // Members before 3.6 do not tell their quota.
    protected override (string Name, string? Value)[] Settings =>
        Engine == Engine.Etcd ? [("ETCD_QUOTA_BACKEND_BYTES", "2147483648")] : [];

    [Test]
    public async Task The_state_of_the_store_and_of_the_replicas_is_shown()
    {
        await Go("overview");

        await Sees("healthy");
        await Expect("Version", Engine == Engine.Etcd ? @"^etcd 3\.\d" : @"^SQLite 3\.\d");
        await Expect("Revision", @"^[\d,]+$");
        await Expect("Used", "iB$");
        await Expect("Space left", "iB$");
        await Expect("This one", @"^Kv \d+\.\d+\.\d+, \.NET 10\.");
        await Expect("Leader", $":{Host.Address.Port}\\b");

        Task Expect(string name, string value) => Assertions.Expect(
            Page.Locator($".settings dt:text-is('{name}') + dd")).ToHaveTextAsync(new Regex(value));
    }

    [Test]
    public async Task A_watch_that_is_behind_is_plotted()
    {
        await Page.RouteAsync("**/admin/overview", async route =>
        {
            var answer = await route.FetchAsync();
            var overview = JsonNode.Parse(await answer.TextAsync())!;
            foreach (var (point, lag) in overview["points"]!.AsArray().TakeLast(2).Zip([1.5, 0.25]))
                point!["lag_seconds"] = lag;
            await route.FulfillAsync(new() { Response = answer, Body = overview.ToJsonString() });
        });
        await Eventually.Holds(
            async () => (await Kv.Send(HttpMethod.Get, "/admin/overview")).Json.GetProperty("points")
                .GetArrayLength() >= 2,
            "two points are there", TimeSpan.FromMinutes(1));

        await Go("overview");

        await Assertions.Expect(Page.Locator(".plot div:has(> dt:text-is('behind the writes')) dd"))
            .ToHaveTextAsync("0.25 most 1.5");
    }

    [Test]
    public async Task The_last_hour_is_plotted()
    {
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = request => request.Target switch
        {
            "/refuses" => ReceiverAnswer.Status(503),
            "/closes" => ReceiverAnswer.Close,
            _ => ReceiverAnswer.Ok,
        };
        foreach (var path in new[] { "accepts", "refuses", "closes" })
            await Kv.Send(
                HttpMethod.Post, "/webhooks", $$"""{"key":"*","event":"*","endpoint":"{{receiver.Uri}}{{path}}"}""");
        await Kv.Put("k", "v");
        await Kv.Get("missing");
        await Go("overview");

        var plots = Page.Locator(".plot");
        await Assertions.Expect(plots.Locator("canvas")).ToHaveCountAsync(4, new() { Timeout = 60_000 });
        Assert.That(
            await plots.EvaluateAllAsync<string[]>(
                "all => all.map(plot => [plot.querySelector('h2'), ...plot.querySelectorAll('dt')]"
                + ".map(part => part.innerText.trim()).join(' | '))"),
            Is.EqualTo(new[]
            {
                "Requests a second | all | 4xx | 5xx", "Latency ms | p50 | p99",
                "Calls of webhooks a second | accepted | refused | unanswered", "Watch lag s | behind the writes",
            }));
        foreach (var name in new[] { "all", "4xx", "p50", "p99", "accepted", "refused", "unanswered" })
            await Assertions.Expect(Page.Locator($".plot div:has(> dt:text-is('{name}')) small"))
                .ToHaveTextAsync(new Regex(@"^most (?!0$)[\d.,]+$"), new() { Timeout = 60_000 });
    }
}
