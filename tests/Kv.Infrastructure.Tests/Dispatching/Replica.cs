using System.Diagnostics.Metrics;
using Kv.Application.Audit;
using Kv.Domain.Deliveries;
using Kv.Domain.Watching;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Deliveries;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Watching;
using Kv.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kv.Infrastructure.Tests.Dispatching;

/// <summary>
/// The services of a replica that lead and call webhooks, as the program registers them, over a store and with
/// receivers of the test.
/// </summary>
internal sealed class Replica : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly List<IHostedService> _hosted;

    private Replica(ServiceProvider services, MortalStore store)
    {
        (_services, Store) = (services, store);
        _hosted = [.. services.GetServices<IHostedService>()];
    }

    public MortalStore Store { get; }

    public IWatcherStatus Status => _services.GetRequiredService<IWatcherStatus>();

    public DeliveryBacklog? Backlog => _services.GetRequiredService<IDeliveryBacklog>().Current;

    public IDeliveryReads Stored => _services.GetRequiredService<IDeliveryReads>();

    public IDeliveryRepository Deliveries => _services.GetRequiredService<IDeliveryRepository>();

    /// <summary>Starts a replica.</summary>
    /// <param name="store">The store.</param>
    /// <param name="prefix">BASE_KEY_PREFIX.</param>
    /// <param name="receive">The behaviour of receivers; cancelled with the attempt.</param>
    /// <param name="options">How webhooks are called.</param>
    /// <param name="prepare">Prepares its connection to the store.</param>
    public static async Task<Replica> Start(
        IStore store, string prefix, Func<string, DeliveryEvent, CancellationToken, Task<Attempt>> receive,
        DeliveryOptions options,
        Action<MortalStore>? prepare = null)
    {
        var mortal = new MortalStore(store);
        prepare?.Invoke(mortal);
        var services = new ServiceCollection()
            .AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance)
            .AddSingleton(typeof(ILogger<>), typeof(NullLogger<>))
            .AddSingleton(TimeProvider.System)
            .AddSingleton<IMeterFactory, Meters>()
            .AddSingleton<IWatchBudget, CountedBudget>()
            .AddInfrastructure(new StoreOptions { BaseKeyPrefix = prefix }, options, new AuditOptions())
            .Replace(ServiceDescriptor.Singleton<IStore>(mortal))
            .Replace(ServiceDescriptor.Singleton<IWebhookSender>(new Sender(mortal, receive)))
            .BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true });
        // It serves no requests, so it listens nowhere.
        services.GetRequiredService<OwnEndpoints>().SetListeners([]);
        var replica = new Replica(services, mortal);
        foreach (var one in replica._hosted)
            await one.StartAsync(CancellationToken.None);
        return replica;
    }

    /// <summary>Ends it as SIGKILL does.</summary>
    public Task Kill() => Store.Kill();

    /// <summary>Ends it as SIGTERM does.</summary>
    public async Task Stop()
    {
        foreach (var one in _hosted)
            await one.StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await Kill();
        await Stop();
        await _services.DisposeAsync();
    }

    // A dead replica's calls reach nothing.
    private sealed class Sender(
        MortalStore store, Func<string, DeliveryEvent, CancellationToken, Task<Attempt>> receive) : IWebhookSender
    {
        public Task<Attempt> Send(
            Webhook webhook, string messageId, DeliveryEvent @event, CancellationToken cancellationToken) =>
            store.IsDead
                ? Task.FromException<Attempt>(new OperationCanceledException("The replica is dead."))
                : receive(messageId, @event, cancellationToken);
    }
}
