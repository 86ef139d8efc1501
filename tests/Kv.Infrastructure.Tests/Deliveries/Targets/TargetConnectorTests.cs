using System.Net;
using System.Net.Sockets;
using Kv.Infrastructure.Deliveries;
using Kv.Infrastructure.Deliveries.Targets;
using Kv.Infrastructure.Tests.Deliveries.Calls;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Deliveries.Targets;

/// <summary>Names are judged by the addresses that are dialled, at the time of the dial.</summary>
internal sealed class TargetConnectorTests : SenderTest
{
    private static readonly IPAddress Metadata = IPAddress.Parse("169.254.169.254");
    private static readonly IPAddress Forbidden = IPAddress.Parse("127.0.0.2");

    private static readonly DeliveryOptions Restricted = new()
    {
        Targets = new TargetOptions { Deny = [new IPNetwork(Forbidden, 32)] },
    };

    private WebhookReceiver _canary = null!;

    // On the receiver's port, so that they differ only by the address.
    [SetUp]
    public void StartCanary() => _canary = WebhookReceiver.Start(Forbidden, port: Receiver.Port);

    [TearDown]
    public ValueTask StopCanary() => _canary.DisposeAsync();

    [Test]
    public async Task The_canary_can_be_reached()
    {
        using var sender = NewSender(new DeliveryOptions(), _ => [Forbidden]);

        Assert.That((await sender.Send(Named(), MessageId, Created(), default)).Status, Is.EqualTo(200));
        Assert.That(_canary.AcceptedConnections, Is.EqualTo(1));
    }

    [Test]
    public async Task A_name_with_a_forbidden_address_is_not_dialled()
    {
        using var sender = NewSender(Restricted, _ => [Forbidden]);

        var attempt = await sender.Send(Named(), MessageId, Created(), default);

        Assert.That(attempt.Status, Is.Null);
        Assert.That(
            attempt.Error, Is.EqualTo("The target is not allowed: the address is denied by the configuration."));
        Assert.That(_canary.AcceptedConnections, Is.Zero);
    }

    [Test]
    public async Task Only_the_allowed_addresses_of_a_name_are_dialled()
    {
        using var sender = NewSender(Restricted, _ => [Metadata, Forbidden, IPAddress.Loopback]);

        var attempt = await sender.Send(Named(), MessageId, Created(), default);

        Assert.That(attempt.Status, Is.EqualTo(200));
        Assert.That(Receiver.RequestCount, Is.EqualTo(1));
        Assert.That(_canary.AcceptedConnections, Is.Zero);
    }

    [Test]
    public async Task A_forbidden_address_is_not_dialled_when_the_allowed_one_is_down()
    {
        await Receiver.DisposeAsync();
        using var sender = NewSender(Restricted, _ => [IPAddress.Loopback, Forbidden]);

        var attempt = await sender.Send(Named(), MessageId, Created(), default);

        Assert.That(attempt.Error, Is.EqualTo("The connection was refused."));
        Assert.That(_canary.AcceptedConnections, Is.Zero);
    }

    [Test]
    public async Task A_name_whose_addresses_change_is_checked_again()
    {
        IPAddress[][] answers = [[IPAddress.Loopback], [Forbidden]];
        var asked = 0;
        using var sender = NewSender(Restricted, _ => answers[asked++]);
        Receiver.Answer = _ => ReceiverAnswer.Raw("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

        var before = await sender.Send(Named(), MessageId, Created(), default);
        var after = await sender.Send(Named(), MessageId, Created(), default);

        Assert.That(before.Status, Is.EqualTo(200));
        Assert.That(after.Error, Does.StartWith("The target is not allowed: "));
        Assert.That(asked, Is.EqualTo(2), "the checked address is dialled without a second lookup");
        Assert.That(_canary.AcceptedConnections, Is.Zero);
    }

    [Test]
    public async Task After_a_refused_connection_the_next_address_is_dialled()
    {
        using var sender = NewSender(new DeliveryOptions(), _ => [IPAddress.Parse("127.0.0.3"), IPAddress.Loopback]);

        Assert.That((await sender.Send(Named(), MessageId, Created(), default)).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task After_an_address_that_does_not_answer_the_next_one_is_dialled_in_time()
    {
        // The listener accepts nothing and its backlog is full: a further connection gets no answer.
        using var full = new TcpListener(IPAddress.Parse("127.0.0.4"), Receiver.Port);
        full.Start(1);
        var waiting = Enumerable.Range(0, 8).Select(_ => new TcpClient()).ToList();
        var connecting = waiting.ConvertAll(client => client.ConnectAsync(IPAddress.Parse("127.0.0.4"), Receiver.Port));
        await Task.WhenAny(connecting);
        using var sender = NewSender(new DeliveryOptions(), _ => [IPAddress.Parse("127.0.0.4"), IPAddress.Loopback]);

        var sending = sender.Send(
            NewWebhook($"http://receiver.example:{Receiver.Port}/", settings => settings with { TimeoutSeconds = 30 }),
            MessageId,
            Created(), default);
        await Eventually.Holds(() =>
        {
            Time.Advance(TimeSpan.FromSeconds(0.5));
            return sending.IsCompleted;
        }, "the first address has had its turn");

        Assert.That((await sending).Status, Is.EqualTo(200));
        Assert.That((await sending).Duration, Is.GreaterThanOrEqualTo(TimeSpan.FromSeconds(2)), "it received nothing");
        waiting.ForEach(client => client.Dispose());
        _ = Task.WhenAll(connecting).ContinueWith(ended => ended.Exception, TaskScheduler.Default);
    }

    [Test]
    public async Task A_slow_lookup_of_a_name_is_given_up()
    {
        using var sender = NewSender(new DeliveryOptions(), async (_, cancellationToken) =>
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return [];
        });
        var sending = sender.Send(Named(), MessageId, Created(), default);

        Time.Advance(TimeSpan.FromSeconds(10));

        Assert.That((await sending).Error, Is.EqualTo("The attempt timed out after 10 s."));
    }

    [TestCase("127.0.0.1")]
    [TestCase("[::ffff:127.0.0.1]")]
    [TestCase("2130706433")]
    [TestCase("localhost")]
    public async Task A_deployment_that_calls_public_addresses_only_calls_nothing_here(string host)
    {
        using var sender = NewSender(new DeliveryOptions { Targets = new TargetOptions { Mode = TargetMode.Public } });

        var attempt = await sender.Send(NewWebhook($"http://{host}:{Receiver.Port}/"), MessageId, Created(), default);

        Assert.That(attempt.Error, Is.EqualTo("The target is not allowed: the address is loopback."));
        Assert.That(Receiver.AcceptedConnections, Is.Zero);
    }

    [Test]
    public async Task An_unknown_name_is_reported()
    {
        using var sender = NewSender(
            new DeliveryOptions(), _ => throw new SocketException((int)SocketError.HostNotFound));

        Assert.That(
            (await sender.Send(Named(), MessageId, Created(), default)).Error, Is.EqualTo("The name was not found."));
    }

    [Test]
    public async Task A_name_without_addresses_is_reported()
    {
        using var sender = NewSender(new DeliveryOptions(), _ => []);

        Assert.That(
            (await sender.Send(Named(), MessageId, Created(), default)).Error, Is.EqualTo("The name was not found."));
    }

    private Domain.Webhooks.Webhook Named() => NewWebhook($"http://receiver.example:{Receiver.Port}/");
}
