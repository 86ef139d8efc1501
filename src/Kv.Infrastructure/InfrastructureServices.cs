using System.Net;
using Kv.Application.Watching;
using Kv.Domain.Access;
using Kv.Domain.Audit;
using Kv.Domain.Deliveries;
using Kv.Domain.KeyValues;
using Kv.Domain.Storage;
using Kv.Domain.Watching;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Access;
using Kv.Infrastructure.Audit;
using Kv.Infrastructure.Deliveries;
using Kv.Infrastructure.Idempotency;
using Kv.Infrastructure.KeyValues;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Embedded;
using Kv.Infrastructure.Storage.Etcd;
using Kv.Infrastructure.Storage.NearCache;
using Kv.Infrastructure.Watching;
using Kv.Infrastructure.Webhooks;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure;

/// <summary>Registers what the application needs of the outside world.</summary>
public static class InfrastructureServices
{
    /// <summary>
    /// Adds the store that <paramref name="store"/> names, the repositories over it, and what watches it and calls
    /// webhooks as <paramref name="deliveries"/> says.
    /// </summary>
    public static IServiceCollection AddInfrastructure(
        this IServiceCollection services, StoreOptions store, DeliveryOptions deliveries) =>
        services.AddSingleton(store).AddSingleton(deliveries).AddStore().AddRepositories().AddWatching().AddDeliveries().AddSender();

    private static IServiceCollection AddStore(this IServiceCollection services) => services
        .AddSingleton(OpenStore)
        .AddSingleton<WriteTraces>()
        .AddSingleton<IStoreProbe, StoreProbe>()
        .AddSingleton<KeyLayout>()
        .AddSingleton<PastChanges>();

    private static IServiceCollection AddRepositories(this IServiceCollection services) => services
        .AddSingleton<IKeyValueRepository, KeyValueRepository>()
        .AddSingleton<IKeyValueListings, KeyValueListings>()
        .AddSingleton<IListingCursors, ListingCursors>()
        .AddSingleton<IKeyValueHistory, KeyValueHistory>()
        .AddSingleton<IKeyValueTransactions, KeyValueTransactions>()
        .AddSingleton<IdempotencyRecords>()
        .AddSingleton<AuditRecords>()
        .AddSingleton<IAuditTrail, AuditTrail>()
        .AddSingleton<IApiKeyRepository, ApiKeyRepository>()
        .AddSingleton<IWebhookRepository, WebhookRepository>();

    private static IServiceCollection AddWatching(this IServiceCollection services) => services
        .AddSingleton<WatcherStatus>()
        .AddSingleton<WatchLag>()
        .AddSingleton<IWatcherStatus>(provider => provider.GetRequiredService<WatcherStatus>())
        .AddSingleton<KeyChanges>()
        .AddSingleton<IKeyChangeFeed, KeyChangeHub>()
        .AddSingleton<WatcherCursor>()
        .AddSingleton<WatchTermFactory>()
        .AddHostedService<ChangeWatcher>();

    private static IServiceCollection AddDeliveries(this IServiceCollection services) => services
        .AddSingleton<DeliveryReads>()
        .AddSingleton<DeliveryWrites>()
        .AddSingleton<DeliveryTelemetry>()
        .AddSingleton<IDeliveryRepository, DeliveryRepository>()
        .AddSingleton<WebhookMetrics>()
        .AddSingleton<WebhookDisabler>()
        .AddSingleton<WebhookDispatcher>()
        .AddSingleton<IDeliveryBacklog>(Dispatcher)
        .AddSingleton<INotificationHandler<DomainEvent<KeyCreated>>>(Dispatcher)
        .AddSingleton<INotificationHandler<DomainEvent<KeyUpdated>>>(Dispatcher)
        .AddSingleton<INotificationHandler<DomainEvent<KeyDeleted>>>(Dispatcher);

    private static WebhookDispatcher Dispatcher(IServiceProvider provider) => provider.GetRequiredService<WebhookDispatcher>();

    private static IServiceCollection AddSender(this IServiceCollection services) => services
        .AddSingleton(provider => new TargetPolicy(provider.GetRequiredService<DeliveryOptions>().Targets))
        .AddSingleton<AddressResolver>(Dns.GetHostAddressesAsync)
        .AddSingleton<TargetConnector>()
        .AddSingleton<IWebhookSender, WebhookSender>();

    private static IStore OpenStore(IServiceProvider provider)
    {
        var time = provider.GetRequiredService<TimeProvider>();
        var measured = new MeasuredStore(
            OpenEngine(provider), provider.GetRequiredService<WatchLag>(), provider.GetRequiredService<WriteTraces>(), time);
        var cached = provider.GetRequiredService<StoreOptions>().NearCacheBytes;
        return cached == 0
            ? measured
            : new CachedStore(
                measured, provider.GetRequiredService<KeyLayout>(), cached, time, provider.GetRequiredService<ILogger<CachedStore>>());
    }

    private static IStore OpenEngine(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<StoreOptions>();
        var time = provider.GetRequiredService<TimeProvider>();
        return options.Engine switch
        {
            StoreEngine.Embedded => EmbeddedStore.Open(
                options.Embedded, time, provider.GetRequiredService<ILogger<EmbeddedStore>>()),
            _ => new EtcdStore(options.Etcd, time, provider.GetRequiredService<ILoggerFactory>()),
        };
    }
}
