using System.Text;
using Kv.Domain.Webhooks;

namespace Kv.Infrastructure.Tests.Deliveries.Calls;

/// <summary>The request without its body, as it is sent.</summary>
internal sealed class RequestTests : SenderTest
{
    private static readonly WebhookSecret Secret = WebhookSecret.TryParse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")!;
    private static readonly WebhookSecret Another = WebhookSecret.TryParse("whsec_" + new string('A', 32))!;

    [Test]
    public async Task A_message_has_only_the_headers_that_it_needs()
    {
        await Send(
            NewWebhook(
                new Uri(Receiver.Uri, "/hook?a=b%20c"),
                settings => settings with { Payload = "{\"a\":1}"u8.ToArray() }));

        var request = Receiver.Requests.Single();
        Assert.That(request.Method, Is.EqualTo("POST"));
        Assert.That(request.Target, Is.EqualTo("/hook?a=b%20c"));
        Assert.That(request.Text, Is.EqualTo("{\"a\":1}"));
        Assert.That(request.Headers.Select(header => $"{header.Key}: {header.Value}"), Is.EquivalentTo(
        [
            $"Host: 127.0.0.1:{Receiver.Port}",
            "User-Agent: github.com/mrofi/simple-golang-kv",
            "Accept-Encoding: identity",
            "Content-Type: application/json",
            "Content-Length: 7",
            "webhook-id: msg_1",
            "webhook-timestamp: 1800000000",
        ]));
    }

    [TestCaseSource(typeof(WebhookSettings), nameof(WebhookSettings.Methods))]
    public async Task Every_method_carries_the_body(string method)
    {
        var attempt = await Send(
            NewWebhook(Receiver.Uri, settings => settings with { Method = method, Payload = "{}"u8.ToArray() }));

        var request = Receiver.Requests.Single();
        Assert.That(attempt.IsAccepted, Is.True, attempt.Error);
        Assert.That(request.Method, Is.EqualTo(method));
        Assert.That(request.Text, Is.EqualTo("{}"));
    }

    [TestCase("POST")]
    [TestCase("GET")]
    public async Task An_empty_body_has_a_content_type_too(string method)
    {
        await Send(NewWebhook(Receiver.Uri, settings => settings with { Method = method }));

        var request = Receiver.Requests.Single();
        Assert.That(request.Body, Is.Empty);
        Assert.That(request.Header("Content-Type"), Is.EqualTo("application/json"));
        Assert.That(request.Header("Content-Length"), Is.EqualTo("0"));
    }

    [Test]
    public async Task The_headers_of_a_webhook_replace_the_default_ones()
    {
        await Send(WithHeaders(
            ("X-Api-Key", "secret"), ("content-type", "text/plain; charset=utf-8"), ("USER-AGENT", "shop/1"),
            ("Content-Language", "de"), ("Cookie", "a=b"), ("Accept", "*/*")));

        var request = Receiver.Requests.Single();
        Assert.That(request.Header("X-Api-Key"), Is.EqualTo("secret"));
        Assert.That(request.Header("Content-Type"), Is.EqualTo("text/plain; charset=utf-8"));
        Assert.That(request.Header("User-Agent"), Is.EqualTo("shop/1"));
        Assert.That(request.Header("Content-Language"), Is.EqualTo("de"));
        Assert.That(request.Header("Cookie"), Is.EqualTo("a=b"));
        Assert.That(request.Header("Accept"), Is.EqualTo("*/*"));
    }

    [Test]
    public async Task Of_two_headers_that_differ_in_their_letter_case_the_last_is_sent()
    {
        await Send(WithHeaders(("X-A", "1"), ("x-a", "2")));

        Assert.That(Receiver.Requests.Single().Header("X-A"), Is.EqualTo("2"));
    }

    [TestCase("Host", "evil.example")]
    [TestCase("content-length", "5")]
    [TestCase("Transfer-Encoding", "chunked")]
    [TestCase("Connection", "upgrade")]
    [TestCase("Expect", "100-continue")]
    [TestCase("Accept-Encoding", "gzip")]
    [TestCase("webhook-id", "forged")]
    [TestCase("Webhook-Signature", "v1,forged")]
    [TestCase("Proxy-Authorization", "Basic x")]
    [TestCase("X-Injected", "a\r\nX-Evil: b")]
    [TestCase("X-Injected", "a\nX-Evil: b")]
    [TestCase("X-Injected", "caf\u00E9")]
    [TestCase("X Y", "a")]
    [TestCase("X:Y", "a")]
    [TestCase("X\r\nX-Evil", "a")]
    [TestCase("", "a")]
    public async Task A_reserved_header_is_ignored(string name, string value)
    {
        var attempt = await Send(WithHeaders((name, value), ("X-After", "it")));

        var request = Receiver.Requests.Single();
        Assert.That(attempt.IsAccepted, Is.True, attempt.Error);
        Assert.That(request.Header("X-After"), Is.EqualTo("it"));
        Assert.That(request.Headers.Select(header => header.Value), Has.None.EqualTo(value));
        Assert.That(request.Header("X-Evil"), Is.Null);
        Assert.That(request.MessageId, Is.EqualTo(MessageId));
    }

    [TestCase("user:pass@", "user:pass")]
    [TestCase("us%40er:p%3Ass:w@", "us@er:p:ss:w")]
    [TestCase("user@", "user:")]
    public async Task Credentials_in_the_endpoint_are_sent_as_basic_authentication(string userInfo, string credentials)
    {
        await Send(NewWebhook($"http://{userInfo}127.0.0.1:{Receiver.Port}/"));

        var request = Receiver.Requests.Single();
        Assert.That(
            request.Header("Authorization"),
            Is.EqualTo($"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials))}"));
        Assert.That(request.Header("Host"), Is.EqualTo($"127.0.0.1:{Receiver.Port}"));
    }

    [Test]
    public async Task Credentials_in_the_endpoint_give_way_to_a_header()
    {
        await Send(NewWebhook($"http://user:pass@127.0.0.1:{Receiver.Port}/", settings => settings with
        {
            Headers = new Dictionary<string, string> { ["authorization"] = "Bearer token" },
        }));

        Assert.That(Receiver.Requests.Single().Header("Authorization"), Is.EqualTo("Bearer token"));
    }

    [Test]
    public async Task A_secret_signs_the_message()
    {
        var webhook = NewWebhook(Receiver.Uri, settings => settings with { AddEventData = true });
        webhook.SetSecret(Secret);

        await Send(webhook);

        var request = Receiver.Requests.Single();
        Assert.That(request.Header("webhook-signature"), Is.EqualTo(Secret.Sign(MessageId, Now, request.Body)));
    }

    [Test]
    public async Task A_replaced_secret_signs_too_for_a_day()
    {
        var webhook = NewWebhook(Receiver.Uri);
        webhook.SetSecret(Another);
        webhook.RotateSecret(Secret, Time.GetUtcNow());

        await Send(webhook);
        Time.Advance(Webhook.SecretOverlap);
        await Send(webhook);

        Assert.That(
            Receiver.Requests[0].Header("webhook-signature"),
            Is.EqualTo($"{Secret.Sign(MessageId, Now, [])} {Another.Sign(MessageId, Now, [])}"));
        Assert.That(
            Receiver.Requests[1].Header("webhook-signature"), Is.EqualTo(Secret.Sign(MessageId, Now + 86_400, [])));
    }

    [Test]
    public async Task Requests_to_one_receiver_share_a_connection()
    {
        for (var i = 0; i < 5; i++)
            Assert.That((await Send(NewWebhook(Receiver.Uri))).IsAccepted, Is.True);

        Assert.That(Receiver.AcceptedConnections, Is.EqualTo(1));
    }

    private Webhook WithHeaders(params (string Name, string Value)[] headers) => NewWebhook(
        Receiver.Uri,
        settings => settings with { Headers = headers.ToDictionary(header => header.Name, header => header.Value) });
}
