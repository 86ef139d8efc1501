using System.Globalization;
using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>A key changes, and the call arrives.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class DeliveryTests(Engine engine) : EngineTests(engine)
{
    private readonly WebhookReceiver _receiver = WebhookReceiver.Start();

    [TearDown]
    public async Task StopReceiver() => await _receiver.DisposeAsync();

    [Test]
    public async Task Each_change_is_told_with_its_data_in_order()
    {
        await Register("""{"key":"user:1","event":"*","add_event_data":true,"payload":{"team":"a"}}""");
        await Kv.Post("user:1", "one");
        await Kv.Put("user:1", "two", ttl: 3600);
        await Kv.Delete("user:1");
        await Arrived(3);

        var told = _receiver.Requests.Select(request => JsonDocument.Parse(request.Body).RootElement).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(told.Select(body => body.GetProperty("team").GetString()), Is.All.EqualTo("a"));
            Assert.That(
                told.Select(body => Short(body.GetProperty("event"))),
                Is.EqualTo(new[] { "create one", "update two", "delete null" }));
            Assert.That(told[1].GetProperty("event").GetProperty("expire_at").GetInt64(), Is.GreaterThan(0));
            Assert.That(told[0].GetProperty("event").GetProperty("appName").GetString(), Is.EqualTo(Kv.AppName));
        }
    }

    [TestCase("/txn", """{"success":[{"op":"set","key":"t/a","value":"1"},{"op":"set","key":"t/b","value":"2"},{"op":"delete","key":"t/gone"}]}""")]
    [TestCase("/bulk", """[{"op":"set","key":"t/a","value":"1"},{"op":"set","key":"t/b","value":"2"},{"op":"delete","key":"t/gone"}]""")]
    public async Task Each_key_that_a_call_changes_is_told(string path, string body)
    {
        await Kv.Put("t/gone", "v");
        await Register("""{"key":"t/*","event":"*","add_event_data":true}""");

        Assert.That((await Kv.Send(HttpMethod.Post, path, body)).Status, Is.EqualTo(200));
        await Arrived(3);

        Assert.That(
            Events().Select(e => $"{e.GetProperty("key").GetString()} {Short(e)}"),
            Is.EquivalentTo(["t/a create 1", "t/b create 2", "t/gone delete null"]));
    }

    [Test]
    public async Task A_time_to_live_that_changes_is_told_as_an_update()
    {
        await Kv.Put("k", "v");
        await Register("""{"key":"k","event":"*","add_event_data":true}""");

        await Kv.Send(HttpMethod.Patch, "/kv/k", """{"ttl":600}""");
        await Arrived(1);

        Assert.That(Events().Select(Short), Is.EqualTo(["update v"]));
    }

    [TestCase("create", "create")]
    [TestCase("update", "update")]
    [TestCase("delete", "delete")]
    public async Task A_webhook_is_told_of_its_event_alone(string @event, string told)
    {
        await Register($$"""{"key":"k*","event":"{{@event}}","add_event_data":true}""");
        await Register("""{"key":"last","event":"create","add_event_data":true}""");
        await Kv.Post("k", "1");
        await Kv.Put("k", "2");
        await Kv.Delete("k");
        await Kv.Post("last", "");
        await Arrived(2);

        Assert.That(Events().Select(e => e.GetProperty("event").GetString()), Is.EquivalentTo([told, "create"]));
    }

    [TestCase("a/b/c")]
    [TestCase("x/locks/y")]
    [TestCase("x/webhooks/y")]
    [TestCase("ünï/💙")]
    public async Task A_key_of_any_spelling_fires(string key)
    {
        await Register($$"""{"key":"{{key}}","event":"create","add_event_data":true}""");
        await Kv.Post(key, "value");
        await Arrived(1);

        Assert.That(Events().Single().GetProperty("key").GetString(), Is.EqualTo(key));
    }

    [TestCase("delete", "delete")]
    [TestCase("expire", "expire")]
    public async Task An_expiry_fires(string @event, string told)
    {
        await Register($$"""{"key":"k","event":"{{@event}}","add_event_data":true}""");
        await Kv.Post("k", "value", ttl: 1);
        await Arrived(1);

        Assert.That(Short(Events().Single()), Is.EqualTo($"{told} null"));
    }

    [Test]
    public async Task Other_tenants_are_told_of_nothing()
    {
        await Register("""{"key":"*","event":"*"}""");
        await Host.NewTenant().Post("k", "theirs");
        await Kv.Post("k", "ours");
        await Arrived(1);
        await Kv.Put("k", "ours again");
        await Arrived(2);

        Assert.That(_receiver.RequestCount, Is.EqualTo(2));
    }

    [Test]
    public async Task A_webhook_that_is_registered_amid_changes_is_told_of_every_one_behind_it_and_none_before()
    {
        const int Before = 50, Amid = 200, Behind = 250;
        await WriteKeys(0, Before);
        var writing = WriteKeys(Before, Amid);
        await Register("""{"key":"*","event":"*","add_event_data":true}""");
        await writing;
        await WriteKeys(Amid, Behind);
        await Eventually.Holds(
            () => _receiver.RequestCount > 0 && _receiver.RequestCount == Behind - Told().Min(),
            "everything from the first on is told");

        Assert.That(Told().Order(), Is.EqualTo(Enumerable.Range(Told().Min(), Behind - Told().Min())));
        Assert.That(Told().Min(), Is.InRange(Before, Amid));

        IEnumerable<int> Told() =>
            Events().Select(told => int.Parse(told.GetProperty("key").GetString()!, CultureInfo.InvariantCulture));

        async Task WriteKeys(int from, int to)
        {
            for (var key = from; key < to; key++)
                await Kv.Post($"{key}", "");
        }
    }

    [Test]
    public async Task A_webhook_that_was_changed_calls_where_it_now_points_and_a_deleted_one_nobody()
    {
        var id = await Register("""{"key":"k","event":"*"}""");
        await Kv.Send(HttpMethod.Put, $"/webhooks/{id}", $$"""{"endpoint":"{{_receiver.Uri}}moved"}""");
        await Kv.Post("k", "1");
        await Arrived(1);
        await Kv.Send(HttpMethod.Delete, $"/webhooks/{id}");
        var last = await Register("""{"key":"last","event":"*"}""");
        await Kv.Put("k", "2");
        await Kv.Post("last", "");
        await Arrived(2);

        Assert.That(_receiver.Requests.Select(request => request.Target), Is.EqualTo(new[] { "/moved", "/" }), last);
    }

    private async Task<string> Register(string body)
    {
        var answer = await Kv.Send(HttpMethod.Post, "/webhooks", body[..^1] + $$""","endpoint":"{{_receiver.Uri}}"}""");
        Assert.That(answer.Status, Is.EqualTo(201), answer.ToString());
        return answer.Json.GetProperty("id").GetString()!;
    }

    private Task Arrived(int count) => Eventually.Holds(() => _receiver.RequestCount >= count, $"{count} calls arrive");

    private IEnumerable<JsonElement> Events() =>
        _receiver.Requests.Select(request => JsonDocument.Parse(request.Body).RootElement.GetProperty("event"));

    private static string Short(JsonElement told) =>
        $"{told.GetProperty("event").GetString()} {told.GetProperty("value").GetString() ?? "null"}";
}
