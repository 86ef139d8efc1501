using System.Diagnostics.Metrics;
using System.Net;
using Kv.Application.Audit;
using Kv.Application.Watching;
using Kv.Domain.Access;
using Kv.Domain.Audit;
using Kv.Domain.Overview;
using Kv.Domain.Transactions;
using Kv.Domain.Watching;
using Kv.Infrastructure.Access;
using Kv.Infrastructure.Audit;
using Kv.Infrastructure.Changes;
using Kv.Infrastructure.Deliveries;
using Kv.Infrastructure.Deliveries.Calls;
using Kv.Infrastructure.Deliveries.Targets;
using Kv.Infrastructure.Dispatching;
using Kv.Infrastructure.Dispatching.Lanes;
using Kv.Infrastructure.Dispatching.Leading;
using Kv.Infrastructure.Idempotency;
using Kv.Infrastructure.KeyValues;
using Kv.Infrastructure.Storage.Embedded;
using Kv.Infrastructure.Storage.Etcd;
using Kv.Infrastructure.Transactions;
using Kv.Infrastructure.Watching;
using Kv.Infrastructure.Webhooks;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Kv.Infrastructure;

/// <summary>Registers the implementations of the application's ports.</summary>
public static class InfrastructureServices
{
    /// <summary>
    /// Adds the store of <paramref name="store"/>, the repositories on it with the records of <paramref name="audit"/>,
    /// and the watcher that calls webhooks according to <paramref name="deliveries"/>.
    /// </summary>
    public static IServiceCollection AddInfrastructure(
        this IServiceCollection services, StoreOptions store, DeliveryOptions deliveries, AuditOptions audit) =>
        services.AddSingleton(store).AddSingleton(deliveries).AddSingleton(audit)
            .AddStore().AddChanges().AddRepositories().AddWatching().AddDeliveries().AddSender().AddLeading();

    private static IServiceCollection AddStore(this IServiceCollection services) => services
        .AddSingleton(OpenStore)
        .AddSingleton<IStoreProbe, StoreProbe>()
        .AddSingleton<StoreTelemetry>()
        .AddSingleton<StoreAvailability>()
        .AddHostedService<StoreProber>()
        .AddSingleton<KeyLayout>();

    private static IServiceCollection AddChanges(this IServiceCollection services) => services
        .AddSingleton<FeedFollower>()
        .AddSingleton<Marks>()
        .AddSingleton<WriteTraces>()
        .AddSingleton<WatchLag>()
        .AddSingleton<KeyChangeMapper>()
        .AddSingleton<PastChanges>();

    private static IServiceCollection AddRepositories(this IServiceCollection services) => services
        .AddSingleton<IKeyValueRepository, KeyValueRepository>()
        .AddSingleton<IKeyValueListings, KeyValueListings>()
        .AddSingleton<CursorKey>()
        .AddSingleton<IListingCursors, ListingCursors>()
        .AddSingleton<ITenantListings, TenantListings>()
        .AddSingleton<IKeyValueHistory, KeyValueHistory>()
        .AddSingleton<IKeyValueTransactions, KeyValueTransactions>()
        .AddSingleton<IdempotencyRecords>()
        .AddSingleton<AuditRecords>()
        .AddSingleton<IAuditTrail, AuditTrail>()
        .AddSingleton<IApiKeyRepository, ApiKeyRepository>()
        .AddSingleton<IWebhookRepository, WebhookRepository>();

    private static IServiceCollection AddWatching(this IServiceCollection services) => services
        .AddSingleton<KeyChangeHub>()
        .AddSingleton<CatchUpReader>()
        .AddSingleton<IKeyChangeFeed, KeyChangeFeed>()
        .AddSingleton<IWatchTickets, WatchTickets>();

    private static IServiceCollection AddDeliveries(this IServiceCollection services) => services
        .AddSingleton<DeliveryReads>()
        .AddSingleton<IDeliveryReads>(provider => provider.GetRequiredService<DeliveryReads>())
        .AddSingleton<DeliveryWrites>()
        .AddSingleton<ReplayRoom>()
        .AddSingleton<DeliveryReplays>()
        .AddSingleton<IDeliveryRepository, DeliveryRepository>();

    private static IServiceCollection AddLeading(this IServiceCollection services) => services
        .AddSingleton<WatcherStatus>()
        .AddSingleton<IWatcherStatus>(provider => provider.GetRequiredService<WatcherStatus>())
        .AddSingleton<IDeliveryBacklog>(provider => provider.GetRequiredService<WatcherStatus>())
        .AddSingleton<DeliveryTelemetry>()
        .AddSingleton<IReplicaList, ReplicaList>()
        .AddSingleton<RetryingStore>()
        .AddSingleton<WatcherCursor>()
        .AddHostedService<LeaderService>()
        .AddHostedService<LeaderClock>()
        .AddTerm();

    // A scope is a term of the leader.
    private static IServiceCollection AddTerm(this IServiceCollection services) => services
        .AddScoped<Lead>()
        .AddScoped(term => new SettledRevisions(term.GetRequiredService<Lead>().From))
        .AddScoped<FencedWriter>()
        .AddScoped<WebhookRegistry>()
        .AddScoped<DeliveryStore>()
        .AddScoped<AcceptedLog>()
        .AddScoped<WebhookOutcomes>()
        .AddScoped<SteadyClock>()
        .AddScoped<LaneLimits>()
        .AddScoped<LaneFactory>()
        .AddScoped<WebhookLanes>()
        .AddScoped<EventPublisher>()
        .AddScoped<INotificationHandler<DomainEvent>, WebhookDispatcher>()
        .AddScoped<LostChanges>()
        .AddScoped<WebhookCatalog>()
        .AddScoped<WebhookFeed>()
        .AddScoped<DeliveryWakes>()
        .AddScoped<CursorSaver>()
        .AddScoped<LeaderTerm>();

    private static IServiceCollection AddSender(this IServiceCollection services) => services
        .AddSingleton(provider => provider.GetRequiredService<DeliveryOptions>().Headers)
        .AddSingleton(provider => provider.GetRequiredService<DeliveryOptions>().Targets)
        .AddSingleton<AddressResolver>(Dns.GetHostAddressesAsync)
        .AddSingleton<OwnEndpoints>()
        .AddSingleton<OwnAddresses>()
        .AddSingleton<TargetPolicy>()
        .AddSingleton<IWebhookTargets>(provider => provider.GetRequiredService<TargetPolicy>())
        .AddSingleton<TargetConnector>()
        .AddSingleton<ReceiverAuthorities>()
        .AddSingleton<IWebhookSender, WebhookSender>();

    private static IStore OpenStore(IServiceProvider provider) => ActivatorUtilities.CreateInstance<TracedStore>(
        provider, ActivatorUtilities.CreateInstance<MeasuredStore>(provider, OpenEngine(provider)));

    private static IStore OpenEngine(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<StoreOptions>();
        var time = provider.GetRequiredService<TimeProvider>();
        var meters = provider.GetRequiredService<IMeterFactory>();
        var loggers = provider.GetRequiredService<ILoggerFactory>();
        var layout = provider.GetRequiredService<KeyLayout>();
        return options.Engine switch
        {
            StoreEngine.Embedded => EmbeddedStore.Open(
                options.Embedded, time, meters, loggers.CreateLogger<EmbeddedStore>()),
            StoreEngine.Etcd => new EtcdStore(
                options.Etcd, layout.Cached, layout.OwnerOf, time, meters, loggers),
        };
    }
}
