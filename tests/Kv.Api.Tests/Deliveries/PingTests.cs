using System.Globalization;
using System.Text;
using Kv.Api.Tests.Hosting;
using Kv.Domain.Webhooks;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>A ping tries a webhook, and its calls are signed.</summary>
internal sealed class PingTests(Engine engine) : CallTests(engine)
{
    [Test]
    public async Task A_ping_reports_the_receivers_answer()
    {
        Receiver.Answer = _ => ReceiverAnswer.Status(418, "a teapot");
        var webhook = await Register();

        var answer = await Ping(webhook);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
            Assert.That(answer.Json.GetProperty("status").GetInt32(), Is.EqualTo(418));
            Assert.That(answer.Json.GetProperty("answer").GetString(), Is.EqualTo("a teapot"));
            Assert.That(answer.Json.GetProperty("accepted").GetBoolean(), Is.False);
            Assert.That(EventOf(Receiver.Requests.Single()).GetProperty("event").GetString(), Is.EqualTo("ping"));
        }
        Receiver.Answer = _ => ReceiverAnswer.Ok;
        Assert.That((await Ping(webhook)).Json.GetProperty("accepted").GetBoolean(), Is.True);
        Assert.That(Receiver.Requests.Select(request => request.MessageId), Is.Unique);
        Assert.That(await Listed(webhook, "failed"), Is.Empty);
    }

    [Test]
    public async Task A_ping_shows_the_request_as_the_receiver_gets_it_but_for_secrets()
    {
        var secret = WebhookSecret.New().Reveal();
        var webhook = await RegisterAt(
            $"http://user:hidden-password@127.0.0.1:{Receiver.Port}/",
            $$""" "key":"k","secret":"{{secret}}","headers":{"X-Source":"kv"},"payload":{"team":"ü"} """);

        var answer = await Ping(webhook);

        var request = answer.Json.GetProperty("request");
        var call = Receiver.Requests.Single();
        var received = call.Headers.Where(header => header.Key is not ("Host" or "Connection"))
            .ToDictionary(header => header.Key, header => header.Key.ToLowerInvariant() switch
            {
                "authorization" or "webhook-signature" => "********",
                _ => header.Value,
            });
        Assert.That(request.GetProperty("body").GetString(), Is.EqualTo(call.Text));
        Assert.That(
            request.GetProperty("headers").EnumerateObject().ToDictionary(
                header => header.Name, header => header.Value.GetString()!),
            Is.EquivalentTo(received));
        Assert.That(received["X-Source"], Is.EqualTo("kv"));
        Assert.That(
            answer.Body,
            Does.Not.Contain("hidden").And.Not.Contain(secret[WebhookSecret.Prefix.Length..]).And.Not.Contain("v1,")
                .And.Not.Contain(Convert.ToBase64String("user:hidden-password"u8)));
    }

    [TestCase(1)]
    [TestCase(2)]
    public async Task A_ping_shows_the_first_bytes_of_a_large_body_and_splits_no_character(int before)
    {
        var webhook = await Register(
            $$""" "key":"k","payload":{"{{new string('a', before)}}":"{{new string('ü', 4096)}}"} """);

        var request = (await Ping(webhook)).Json.GetProperty("request");

        var shown = request.GetProperty("body").GetString()!;
        Assert.That(Receiver.Requests.Single().Text, Does.StartWith(shown));
        Assert.That(Encoding.UTF8.GetByteCount(shown), Is.InRange(4095, 4096));
        Assert.That(shown, Does.EndWith("ü"));
    }

    [Test]
    public async Task A_ping_of_an_unreachable_receiver_says_so()
    {
        Uri away;
        await using (var receiver = WebhookReceiver.Start())
            away = receiver.Uri;
        var answer = await Ping(await RegisterAt($"{away}path?token=hidden", "\"key\":\"k\""));

        Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
        Assert.That(answer.Json.GetProperty("accepted").GetBoolean(), Is.False);
        Assert.That(answer.Json.GetProperty("error").GetString(), Is.Not.Empty);
        Assert.That(answer.Body, Does.Not.Contain("hidden"));
        Expect.NothingOfTheInside(answer);
    }

    [Test]
    public async Task A_ping_of_an_unknown_webhook_and_of_another_tenants_is_not_found()
    {
        var webhook = await Register();
        Expect.Problem(await Ping($"{Guid.NewGuid()}"), 404, "Webhook not found");
        Expect.Problem(
            await Host.NewTenant().Send(HttpMethod.Post, $"/webhooks/{webhook}/ping"), 404, "Webhook not found");
        Assert.That(Receiver.RequestCount, Is.Zero);
    }

    [Test]
    public async Task Messages_and_pings_are_signed_with_the_secret()
    {
        var secret = WebhookSecret.New();
        var webhook = await Register($"\"key\":\"k\",\"secret\":\"{secret.Reveal()}\"");
        await Ping(webhook);
        await Kv.Post("k", "ü");
        await Arrived(2);

        foreach (var request in Receiver.Requests)
            Assert.That(Signatures(request), Is.EqualTo(new[] { Sign(request, secret) }));
    }

    [Test]
    public async Task Without_a_secret_there_is_an_id_and_no_signature()
    {
        await Ping(await Register());

        Assert.That(Receiver.Requests.Single().Header("webhook-signature"), Is.Null);
        Assert.That(Receiver.Requests.Single().MessageId, Does.StartWith("msg_"));
    }

    [Test]
    public async Task After_its_rotation_both_secrets_sign_the_new_one_first()
    {
        var old = WebhookSecret.New();
        var webhook = await Register($"\"key\":\"k\",\"secret\":\"{old.Reveal()}\"");
        var rotated = await Kv.Send(HttpMethod.Post, $"/webhooks/{webhook}/rotate-secret");
        Assert.That(rotated.Status, Is.EqualTo(200), rotated.ToString());
        var next = WebhookSecret.TryParse(rotated.Json.GetProperty("secret").GetString()!)!;
        await Ping(webhook);
        await Kv.Post("k", "value");
        await Arrived(2);

        foreach (var request in Receiver.Requests)
            Assert.That(Signatures(request), Is.EqualTo(new[] { Sign(request, next), Sign(request, old) }));
    }

    private Task<Answer> Ping(string webhook) => Kv.Send(HttpMethod.Post, $"/webhooks/{webhook}/ping");

    private static string[]? Signatures(ReceivedRequest request) => request.Header("webhook-signature")?.Split(' ');

    private static string Sign(ReceivedRequest request, WebhookSecret secret) => secret.Sign(
        request.MessageId!, long.Parse(request.Header("webhook-timestamp")!, CultureInfo.InvariantCulture),
        request.Body);
}
