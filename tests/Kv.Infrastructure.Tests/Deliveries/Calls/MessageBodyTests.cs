using System.Text;
using System.Text.Json;
using Kv.Domain.Deliveries;
using Kv.Domain.KeyValues;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Deliveries.Calls;

namespace Kv.Infrastructure.Tests.Deliveries.Calls;

/// <summary>The bodies that webhooks receive, byte for byte.</summary>
internal sealed class MessageBodyTests : SenderTest
{
    [Test]
    public void Without_a_payload_and_an_event_it_is_empty() => Assert.That(Body("", addEventData: false), Is.Empty);

    [TestCase("{\"b\":1,\"a\":[1.0,{\"c\":null}]}")]
    [TestCase("{\"event\":\"mine\"}")]
    [TestCase("{}")]
    public void Without_event_data_the_body_is_the_payload(string payload) =>
        Assert.That(Body(payload, addEventData: false), Is.EqualTo(payload));

    [TestCase("")]
    [TestCase("{}")]
    [TestCase("{ }")]
    public void Without_a_payload_the_body_is_the_event(string payload) => Assert.That(
        Body(payload),
        Is.EqualTo("""
            {"event":{"event":"create","namespace":"shop","appName":"cart","key":"a/b","value":"v","timestamp":1799999999}}
            """));

    [TestCase("{\"b\":1,\"a\":[1.0,{\"event\":2}]}", "\"b\":1,\"a\":[1.0,{\"event\":2}]")]
    [TestCase(" { \"b\" : 1e400 , \"a\" : \"\\ud800\" } ", "\"b\" : 1e400,\"a\" : \"\\ud800\"")]
    [TestCase("{\"event\":{\"x\":[1]},\"a\":1}", "\"a\":1")]
    [TestCase("{\"a\":1,\"\\u0065vent\":\"mine\"}", "\"a\":1")]
    public void The_event_follows_the_unchanged_members_of_the_payload(string payload, string members) =>
        Assert.That(Body(payload), Does.StartWith($"{{{members},\"event\":{{\"event\":\"create\",").And.EndWith("}}"));

    [Test]
    public void The_event_of_an_expiring_key_has_its_expiry() => Assert.That(
        Body("", Created(expireAt: Now + 59)),
        Does.EndWith(",\"value\":\"v\",\"ttl\":59,\"expire_at\":1800000059,\"timestamp\":1799999999}}"));

    [Test]
    public void The_event_of_an_expired_key_keeps_its_expiry() => Assert.That(
        Body("", Created(expireAt: Now - 100)), Does.Contain("\"ttl\":1,\"expire_at\":1799999900,"));

    [TestCase(KeyChangeKind.Create, "*", "create")]
    [TestCase(KeyChangeKind.Update, "*", "update")]
    [TestCase(KeyChangeKind.Delete, "*", "delete")]
    [TestCase(KeyChangeKind.Expire, "*", "expire")]
    [TestCase(KeyChangeKind.Expire, "delete", "delete")]
    [TestCase(null, "*", "ping")]
    public void An_event_has_the_requested_name_and_no_value_when_the_key_is_removed(
        KeyChangeKind? kind, string asked, string name)
    {
        var webhook = NewWebhook("http://a/", settings => settings with
        {
            AddEventData = true,
            Events = EventFilter.TryParse([asked])!.Value,
        });

        Assert.That(Text(webhook, new DeliveryEvent(kind, "k", null, null, Now)), Is.EqualTo(
            $$$"""
                {"event":{"event":"{{{name}}}","namespace":"shop","appName":"cart","key":"k","value":null,"timestamp":1800000000}}
                """));
    }

    [TestCase("")]
    [TestCase("\"\\\n\t\0<&>'+")]
    [TestCase("日本👍é\u2028")]
    public void Any_text_survives_the_encoding(string text)
    {
        var body = Text(
            NewWebhook("http://a/", settings => settings with { AddEventData = true }),
            new DeliveryEvent(KeyChangeKind.Update, $"key {text}", Encoding.UTF8.GetBytes(text), null, Now));

        using var json = JsonDocument.Parse(body);
        var @event = json.RootElement.GetProperty("event");
        Assert.That(@event.GetProperty("value").GetString(), Is.EqualTo(text));
        Assert.That(@event.GetProperty("key").GetString(), Is.EqualTo($"key {text}"));
        Assert.That(@event.TryGetProperty("encoding", out _), Is.False);
    }

    [Test]
    public void Letters_are_not_escaped() => Assert.That(Body("", Created("日本é<&>'+")), Does.Contain("\"日本é<&>'+\""));

    [Test]
    public void Bytes_that_are_no_text_are_encoded_in_base64() => Assert.That(
        Text(
            NewWebhook("http://a/", settings => settings with { AddEventData = true }),
            new DeliveryEvent(KeyChangeKind.Update, "k", new byte[] { 0xFF, 0x00, 0xFE }, Now + 1, Now)),
        Does.Contain("\"value\":\"/wD+\",\"encoding\":\"base64\",\"ttl\":1,"));

    [Test]
    public void A_large_value_is_included_completely()
    {
        var value = new string('x', 1_000_000);

        Assert.That(Body("", Created(value)), Has.Length.EqualTo(Body("", Created("")).Length + value.Length));
    }

    private static string Body(string payload, DeliveryEvent? @event = null, bool addEventData = true) => Text(
        NewWebhook("http://a/", settings => settings with
        {
            AddEventData = addEventData,
            Payload = Encoding.UTF8.GetBytes(payload),
        }),
        @event ?? Created());

    private static string Text(Webhook webhook, DeliveryEvent @event) =>
        Encoding.UTF8.GetString(MessageBody.Build(webhook, @event).Span);
}
