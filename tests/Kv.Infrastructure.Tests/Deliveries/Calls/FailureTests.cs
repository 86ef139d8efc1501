using Kv.Domain.Deliveries;
using Kv.Infrastructure.Deliveries;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Deliveries.Calls;

/// <summary>Attempts that hang, or that cannot begin.</summary>
internal sealed class FailureTests : SenderTest
{
    [Test]
    public async Task A_call_to_a_hanging_receiver_ends_at_the_timeout()
    {
        Receiver.Answer = _ => ReceiverAnswer.Hang;
        var sending = Send(NewWebhook(Receiver.Uri));
        await Eventually.Holds(() => Receiver.RequestCount == 1, "the message has arrived");

        Time.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromMilliseconds(1));
        Assert.That(sending.IsCompleted, Is.False);
        Time.Advance(TimeSpan.FromMilliseconds(1));

        var attempt = await sending;
        Assert.That(attempt.Error, Is.EqualTo("The attempt timed out after 10 s."));
        Assert.That(attempt.Status, Is.Null);
        Assert.That(attempt.Duration, Is.EqualTo(TimeSpan.FromSeconds(10)));
        await Eventually.Holds(() => Receiver.OpenConnections == 0, "the connection is dropped");
    }

    [Test]
    public async Task The_timeout_includes_the_body_of_the_answer()
    {
        Receiver.Answer = _ => ReceiverAnswer.Endless(200, "x"u8.ToArray(), async cancellationToken =>
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
        });

        var attempt = await Send(NewWebhook(Receiver.Uri, settings => settings with { TimeoutSeconds = 3 }));

        Assert.That(attempt.Status, Is.EqualTo(200).Or.Null);
        Assert.That(attempt.Error, Is.EqualTo("The attempt timed out after 3 s."));
        Assert.That(attempt.IsAccepted, Is.False);
    }

    [Test]
    public async Task A_hanging_body_is_reported_with_its_status()
    {
        Receiver.Answer = _ => ReceiverAnswer.Raw(async (stream, cancellationToken) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"u8.ToArray(), cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        });
        var sending = Send(NewWebhook(Receiver.Uri));
        await Eventually.Holds(() => Receiver.BytesSent > 0, "the answer has begun");
        await Eventually.Holds(() =>
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            return sending.IsCompleted;
        }, "time is up");

        var attempt = await sending;
        Assert.That(attempt.Error, Is.EqualTo("The attempt timed out after 10 s."));
        Assert.That(attempt.IsAccepted, Is.False);
    }

    [Test]
    public async Task A_reused_connection_that_is_closed_costs_no_attempt()
    {
        await SendAndAnswer(ReceiverAnswer.Ok);
        Receiver.Answer = request => request.Number == 2 ? ReceiverAnswer.Close : ReceiverAnswer.Ok;

        var attempt = await Send(NewWebhook(Receiver.Uri));

        Assert.That(attempt.Status, Is.EqualTo(200), attempt.Error);
        Assert.That(Receiver.RequestCount, Is.EqualTo(3));
        Assert.That(Receiver.AcceptedConnections, Is.EqualTo(2));
    }

    [Test]
    public async Task A_receiver_that_speaks_HTTP_1_0_costs_no_attempt()
    {
        var old = ReceiverAnswer.Raw("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n");

        for (var number = 0; number < 5; number++)
            Assert.That((await SendAndAnswer(old)).Status, Is.EqualTo(200));
        Assert.That(Receiver.RequestCount, Is.EqualTo(5));
    }

    [Test]
    public async Task A_new_connection_that_is_closed_is_a_failure()
    {
        var attempt = await SendAndAnswer(ReceiverAnswer.Close);

        Assert.That(attempt.Error, Is.EqualTo("The connection was closed before the end of the answer."));
        Assert.That(Receiver.RequestCount, Is.EqualTo(1));
    }

    [Test]
    public async Task A_receiver_that_closes_every_connection_is_tried_only_once_more()
    {
        await SendAndAnswer(ReceiverAnswer.Ok);

        var attempt = await SendAndAnswer(ReceiverAnswer.Close);

        Assert.That(attempt.IsAccepted, Is.False);
        Assert.That(Receiver.RequestCount, Is.EqualTo(3));
    }

    [Test]
    public async Task A_refused_connection_is_reported()
    {
        var attempt = await Send(NewWebhook($"http://127.0.0.1:{FreePort.Next()}/"));

        Assert.That(attempt.Error, Is.EqualTo("The connection was refused."));
        Assert.That(attempt.Answer, Is.Empty);
    }

    [TestCase("http://b\u00fccher.example/")]
    [TestCase("http://bu\u0308cher.example/")]
    [TestCase("http://user@\uff41.example:81/")]
    public async Task An_ambiguous_host_is_not_looked_up(string endpoint)
    {
        using var sender = NewSender(
            new DeliveryOptions(), host => throw new InvalidOperationException($"{host} is looked up."));

        var attempt = await sender.Send(NewWebhook(endpoint), MessageId, Created(), default);

        Assert.That(attempt.Error, Is.EqualTo("The endpoint's host is not in ASCII: write its form xn--..."));
    }

    [TestCase("")]
    [TestCase("not a URL")]
    [TestCase("/relative")]
    [TestCase("ftp://127.0.0.1/")]
    [TestCase("file:///etc/passwd")]
    [TestCase("gopher://127.0.0.1:6379/_SHUTDOWN")]
    public async Task A_malformed_endpoint_is_reported(string endpoint) => Assert.That(
        (await Send(NewWebhook(endpoint))).Error, Is.EqualTo("The endpoint is not an http or https URL."));

    [Test]
    public async Task An_untrusted_certificate_is_reported()
    {
        using var certificates = TestCertificates.Create();
        using var certificate = certificates.LoadServer();
        await using var receiver = WebhookReceiver.Start(certificate: certificate);

        var attempt = await Send(NewWebhook(receiver.Uri));

        Assert.That(attempt.Error, Does.StartWith("TLS failed: "));
        Assert.That(receiver.RequestCount, Is.Zero);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_certificate_of_a_private_authority_is_trusted_when_the_authority_is_configured(bool isItsOwn)
    {
        using var certificates = TestCertificates.Create();
        using var others = TestCertificates.Create();
        using var certificate = certificates.LoadServer();
        await using var receiver = WebhookReceiver.Start(certificate: certificate);
        using var sender = NewSender(new DeliveryOptions { CaFile = (isItsOwn ? certificates : others).CaFile });

        var attempt = await sender.Send(NewWebhook(receiver.Uri), MessageId, Created(), default);

        Assert.That(attempt.Status, isItsOwn ? Is.EqualTo(200) : Is.Null, attempt.Error);
        Assert.That(receiver.RequestCount, Is.EqualTo(isItsOwn ? 1 : 0));
    }

    [Test]
    public async Task A_receiver_without_TLS_is_reported() => Assert.That(
        (await Send(NewWebhook($"https://127.0.0.1:{Receiver.Port}/"))).Error, Does.StartWith("TLS failed"));

    [Test]
    public async Task A_malformed_method_does_not_stop_the_sender() => Assert.That(
        (await Send(NewWebhook(Receiver.Uri, settings => settings with { Method = "" }))).Error,
        Is.EqualTo("The request could not be sent."));

    [Test]
    public async Task A_caller_can_cancel_a_call()
    {
        using var giveUp = new CancellationTokenSource();
        Receiver.Answer = _ => ReceiverAnswer.Hang;
        var sending = Sender.Send(NewWebhook(Receiver.Uri), MessageId, Created(), giveUp.Token);
        await Eventually.Holds(() => Receiver.RequestCount == 1, "the message has arrived");

        await giveUp.CancelAsync();

        Assert.That(() => sending, Throws.InstanceOf<OperationCanceledException>());
        await Eventually.Holds(() => Receiver.OpenConnections == 0, "the connection is dropped");
    }

    [Test]
    public async Task A_hanging_call_delays_no_other()
    {
        Receiver.Answer = request => request.Number == 1 ? ReceiverAnswer.Hang : ReceiverAnswer.Ok;
        var hanging = Send(NewWebhook(Receiver.Uri));
        await Eventually.Holds(() => Receiver.RequestCount == 1, "the first message has arrived");

        Attempt[] others = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Send(NewWebhook(Receiver.Uri))));

        Assert.That(others.Select(attempt => attempt.Status), Has.All.EqualTo(200));
        Assert.That(hanging.IsCompleted, Is.False);
        Time.Advance(TimeSpan.FromSeconds(10));
        Assert.That((await hanging).IsAccepted, Is.False);
    }
}
