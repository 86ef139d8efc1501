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
    public async Task Each_change_is_delivered_with_its_data_in_order()
    {
        await Register("""{"key":"user:1","event":"*","add_event_data":true,"payload":{"team":"a"}}""");
        await Kv.Post("user:1", "one");
        await Kv.Put("user:1", "two", ttl: 3600);
        await Kv.Delete("user:1");
        await Arrived(3);

        var seen = _receiver.Requests.Select(request => JsonDocument.Parse(request.Body).RootElement).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(seen.Select(body => body.GetProperty("team").GetString()), Is.All.EqualTo("a"));
            Assert.That(
                seen.Select(body => Short(body.GetProperty("event"))),
                Is.EqualTo(new[] { "create one", "update two", "delete null" }));
            Assert.That(seen[1].GetProperty("event").GetProperty("expire_at").GetInt64(), Is.GreaterThan(0));
            Assert.That(seen[0].GetProperty("event").GetProperty("appName").GetString(), Is.EqualTo(Kv.AppName));
        }
    }

    [TestCase("/txn", """{"success":[{"op":"set","key":"t/a","value":"1"},{"op":"set","key":"t/b","value":"2"},{"op":"delete","key":"t/gone"}]}""")]
    [TestCase("/bulk", """[{"op":"set","key":"t/a","value":"1"},{"op":"set","key":"t/b","value":"2"},{"op":"delete","key":"t/gone"}]""")]
    public async Task Each_key_that_a_call_changes_is_delivered(string path, string body)
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
    public async Task A_changed_ttl_is_delivered_as_an_update()
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
    public async Task A_webhook_gets_its_own_event_only(string @event, string expected)
    {
        await Register($$"""{"key":"k*","event":"{{@event}}","add_event_data":true}""");
        await Register("""{"key":"last","event":"create","add_event_data":true}""");
        await Kv.Post("k", "1");
        await Kv.Put("k", "2");
        await Kv.Delete("k");
        await Kv.Post("last", "");
        await Arrived(2);

        Assert.That(Events().Select(e => e.GetProperty("event").GetString()), Is.EquivalentTo([expected, "create"]));
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
    public async Task An_expiry_fires(string @event, string expected)
    {
        await Register($$"""{"key":"k","event":"{{@event}}","add_event_data":true}""");
        await Kv.Post("k", "value", ttl: 1);
        await Arrived(1);

        Assert.That(Short(Events().Single()), Is.EqualTo($"{expected} null"));
    }

    [Test]
    public async Task Other_tenants_get_no_delivery()
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
    public async Task A_webhook_registered_among_changes_gets_all_later_ones_and_no_earlier_one()
    {
        const int Before = 50, Amid = 200, Behind = 250;
        await WriteKeys(0, Before);
        var writing = WriteKeys(Before, Amid);
        await Register("""{"key":"*","event":"*","add_event_data":true}""");
        await writing;
        await WriteKeys(Amid, Behind);
        await Eventually.Holds(
            () => _receiver.RequestCount > 0 && _receiver.RequestCount == Behind - Numbers().Min(),
            "every change from the first on is delivered");

        Assert.That(Numbers().Order(), Is.EqualTo(Enumerable.Range(Numbers().Min(), Behind - Numbers().Min())));
        Assert.That(Numbers().Min(), Is.InRange(Before, Amid));

        IEnumerable<int> Numbers() =>
            Events().Select(one => int.Parse(one.GetProperty("key").GetString()!, CultureInfo.InvariantCulture));

        async Task WriteKeys(int from, int to)
        {
            for (var key = from; key < to; key++)
                await Kv.Post($"{key}", "");
        }
    }

    [Test]
    public async Task A_changed_webhook_calls_its_new_endpoint_and_a_deleted_webhook_makes_no_call()
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

    private Task<string> Register(string body) =>
        Kv.Register(body[..^1] + $$""","endpoint":"{{_receiver.Uri}}"}""");

    private Task Arrived(int count) => Eventually.Holds(() => _receiver.RequestCount >= count, $"{count} calls arrive");

    private IEnumerable<JsonElement> Events() =>
        _receiver.Requests.Select(request => JsonDocument.Parse(request.Body).RootElement.GetProperty("event"));

    private static string Short(JsonElement body) =>
        $"{body.GetProperty("event").GetString()} {body.GetProperty("value").GetString() ?? "null"}";
}
