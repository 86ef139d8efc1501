using Kv.Domain.Access;
using Kv.Domain.Audit;
using Kv.Domain.Deliveries;
using Kv.Domain.KeyValues;
using Kv.Domain.Webhooks;
using Microsoft.Extensions.DependencyInjection;

namespace Kv.Application.Audit;

/// <summary>Puts the audit around the ports by which things are changed, and tells of who is turned away. Without it they are as they were, and it costs nothing.</summary>
public static class AuditServices
{
    /// <summary>The category of its lines in the log.</summary>
    public const string Category = "Kv.Audit";

    /// <summary>Adds the audit; what it is about must be there already, and an <see cref="IActor"/>.</summary>
    public static IServiceCollection AddAudit(this IServiceCollection services) => services
        .AddSingleton<AuditLog>()
        .AddSingleton<IAccessAudit>(provider => provider.GetRequiredService<AuditLog>())
        .Around<IKeyValueRepository>((inner, audit) => new AuditedKeyValues(inner, audit))
        .Around<IKeyValueTransactions>((inner, audit) => new AuditedTransactions(inner, audit))
        .Around<IWebhookRepository>((inner, audit) => new AuditedWebhooks(inner, audit))
        .Around<IApiKeyRepository>((inner, audit) => new AuditedApiKeys(inner, audit))
        .Around<IDeliveryRepository>((inner, audit) => new AuditedDeliveries(inner, audit));

    private static IServiceCollection Around<TPort>(this IServiceCollection services, Func<TPort, AuditLog, TPort> audited)
        where TPort : class
    {
        var inner = services.Last(service => service.ServiceType == typeof(TPort)).ImplementationType!;
        return services.AddSingleton(provider => audited(
            (TPort)ActivatorUtilities.CreateInstance(provider, inner), provider.GetRequiredService<AuditLog>()));
    }
}
