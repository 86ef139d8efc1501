using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Overview;

/// <summary>The overview of the deployment: <c>GET /admin/overview</c>.</summary>
internal sealed class OverviewTests(Engine engine) : EngineTests(engine)
{
    [Test]
    public async Task It_reports_the_state_of_the_store_and_the_replicas()
    {
        var revision = long.Parse((await Kv.Put("k", "v")).Header("KV-Revision")!);

        var answer = await Kv.Send(HttpMethod.Get, "/admin/overview");

        Assert.That((answer.Status, answer.Header("Cache-Control")), Is.EqualTo((200, "no-store")));
        var store = answer.Json.GetProperty("store");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(store.GetProperty("revision").GetInt64(), Is.GreaterThanOrEqualTo(revision));
            Assert.That(store.GetProperty("used_bytes").GetInt64(), Is.Positive);
            Assert.That(
                store.GetProperty("version").GetString(),
                Does.Match(Engine == Engine.Etcd ? @"^etcd 3\.\d" : @"^SQLite 3\.\d"));
            Assert.That(store.TryGetProperty("error", out _), Is.False);
            Assert.That(answer.Json.GetProperty("version").GetString(), Does.Match(@"^\d+\.\d+\.\d+"));
            Assert.That(answer.Json.GetProperty("started_at").GetInt64(), Is.Positive);
        }
        await Eventually.Holds(
            async () => (await Kv.Send(HttpMethod.Get, "/admin/overview")).Json.GetProperty("replicas").EnumerateArray()
                .Any(replica => replica.GetProperty("addresses").EnumerateArray()
                    .Any(address => address.GetString()!.EndsWith($":{Host.Address.Port}", StringComparison.Ordinal))),
            "the replica is listed by its address");
    }

    [Test]
    public async Task Each_quarter_of_a_minute_adds_the_requests_their_durations_and_the_calls_of_webhooks()
    {
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = request => ReceiverAnswer.Status(request.Target == "/good" ? 200 : 500);
        foreach (var target in new[] { "good", "bad" })
            await Kv.Send(
                HttpMethod.Post, "/webhooks", $$"""{"key":"k","event":"*","endpoint":"{{receiver.Uri}}{{target}}"}""");
        await Kv.Put("k", "v");
        await Kv.Get("absent");
        await Eventually.Holds(() => Task.FromResult(receiver.RequestCount >= 2), "both webhooks are called");

        JsonElement answer = default;
        await Eventually.Holds(
            async () =>
            {
                answer = (await Kv.Send(HttpMethod.Get, "/admin/overview")).Json;
                return Sum(answer, "refused") > 0 && Sum(answer, "deliveries_accepted") > 0
                    && Sum(answer, "deliveries_refused") > 0;
            },
            "a point has the calls", TimeSpan.FromSeconds(45));

        var last = answer.GetProperty("points").EnumerateArray()
            .Last(point => point.GetProperty("requests").GetInt64() > 0);
        Assert.That(last.GetProperty("p50_ms").GetDouble(), Is.Positive);
        Assert.That(
            last.GetProperty("p99_ms").GetDouble(), Is.GreaterThanOrEqualTo(last.GetProperty("p50_ms").GetDouble()));
        Assert.That(answer.GetProperty("point_seconds").GetInt32(), Is.EqualTo(15));
        Assert.That(answer.GetProperty("points").GetArrayLength(), Is.LessThanOrEqualTo(240));
    }

    private static long Sum(JsonElement answer, string name) =>
        answer.GetProperty("points").EnumerateArray().Sum(point => point.GetProperty(name).GetInt64());
}
