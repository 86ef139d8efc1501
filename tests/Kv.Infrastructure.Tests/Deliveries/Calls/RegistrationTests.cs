using System.Diagnostics.Metrics;
using System.Net;
using Kv.Application.Audit;
using Kv.Domain.Deliveries;
using Kv.Infrastructure.Deliveries;
using Kv.Infrastructure.Deliveries.Targets;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Storage;
using Kv.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kv.Infrastructure.Tests.Deliveries.Calls;

/// <summary>The sender as the container creates it.</summary>
internal sealed class RegistrationTests : SenderTest
{
    [Test]
    public async Task The_configured_targets_bind_the_sender_that_is_registered()
    {
        var options = new DeliveryOptions { Targets = new TargetOptions { Deny = [IPNetwork.Parse("127.0.0.0/8")] } };

        Assert.That((await SendRegistered(new DeliveryOptions())).Status, Is.EqualTo(200));
        Assert.That((await SendRegistered(options)).Error, Does.StartWith("The target is not allowed: "));
        Assert.That(Receiver.AcceptedConnections, Is.EqualTo(1));
    }

    [Test]
    public async Task The_configured_user_agent_and_timeout_are_used()
    {
        await SendRegistered(new DeliveryOptions { UserAgent = "Kv/1" });
        Assert.That(Receiver.Requests.Single().Header("User-Agent"), Is.EqualTo("Kv/1"));

        Receiver.Answer = _ => ReceiverAnswer.Hang;
        var sending = SendRegistered(new DeliveryOptions { DefaultTimeout = TimeSpan.FromSeconds(2) });
        Time.Advance(TimeSpan.FromSeconds(2));
        Assert.That((await sending).Error, Is.EqualTo("The attempt timed out after 2 s."));
    }

    private async Task<Attempt> SendRegistered(DeliveryOptions options)
    {
        await using var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(Time)
            .AddSingleton<IMeterFactory, Meters>()
            .AddSingleton(typeof(ILogger<>), typeof(NullLogger<>))
            .AddInfrastructure(new StoreOptions(), options, new AuditOptions())
            .AddSingleton<IStore>(new InMemoryStore(Time))
            .BuildServiceProvider();
        return await services.GetRequiredService<IWebhookSender>()
            .Send(NewWebhook(Receiver.Uri), MessageId, Created(), default);
    }
}
