using System.Net;
using Kv.Domain.Deliveries;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Deliveries;
using Kv.Infrastructure.Deliveries.Calls;
using Kv.Infrastructure.Deliveries.Targets;
using Kv.Infrastructure.Tests.Deliveries.Targets;
using Kv.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Kv.Infrastructure.Tests.Deliveries.Calls;

/// <summary>A sender whose time only the test moves, and a receiver for its calls.</summary>
internal abstract class SenderTest
{
    protected const string MessageId = "msg_1";
    protected const long Now = 1_800_000_000;

    protected FakeTimeProvider Time { get; private set; } = null!;

    protected WebhookReceiver Receiver { get; private set; } = null!;

    protected WebhookSender Sender { get; private set; } = null!;

    [SetUp]
    public void Start()
    {
        Time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(Now));
        Receiver = WebhookReceiver.Start();
        Sender = NewSender(new DeliveryOptions());
    }

    [TearDown]
    public async Task Stop()
    {
        Sender.Dispose();
        await Receiver.DisposeAsync();
    }

    protected static DeliveryEvent Created(string value = "v", long? expireAt = null) =>
        new(KeyChangeKind.Create, "a/b", System.Text.Encoding.UTF8.GetBytes(value), expireAt, Now - 1);

    protected static Webhook NewWebhook(Uri endpoint, Func<WebhookSettings, WebhookSettings>? change = null) =>
        NewWebhook(endpoint.OriginalString, change);

    protected static Webhook NewWebhook(string endpoint, Func<WebhookSettings, WebhookSettings>? change = null)
    {
        var settings = new WebhookSettings
        {
            Pattern = KeyPattern.Parse("*"),
            Events = EventFilter.TryParse(["*"])!.Value,
            Endpoint = endpoint,
        };
        return new Webhook(Guid.NewGuid(), new Tenant("shop", "cart"), change?.Invoke(settings) ?? settings, Now - 100);
    }

    /// <summary>A sender that looks names up in DNS.</summary>
    protected WebhookSender NewSender(DeliveryOptions options) => NewSender(options, Dns.GetHostAddressesAsync);

    /// <summary>A sender for which a name has the addresses that <paramref name="resolve"/> returns.</summary>
    protected WebhookSender NewSender(DeliveryOptions options, Func<string, IPAddress[]> resolve) =>
        NewSender(options, (host, _) => Task.FromResult(resolve(host)));

    /// <inheritdoc cref="NewSender(DeliveryOptions, Func{string, IPAddress[]})"/>
    protected WebhookSender NewSender(DeliveryOptions options, AddressResolver resolve) =>
        new(
            options, new TargetConnector(new TargetPolicy(options.Targets, OwnAddressesOf.Nothing()), Time, resolve),
            new ReceiverAuthorities(options, Time, NullLogger<ReceiverAuthorities>.Instance), Time);

    protected Task<Attempt> Send(Webhook webhook) => Sender.Send(webhook, MessageId, Created(), default);

    /// <summary>Sends to the receiver, which gives this answer.</summary>
    protected Task<Attempt> SendAndAnswer(ReceiverAnswer answer)
    {
        Receiver.Answer = _ => answer;
        return Send(NewWebhook(Receiver.Uri));
    }
}
