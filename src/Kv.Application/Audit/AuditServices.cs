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
        .Audited<IKeyValueRepository>((inner, audit) => new AuditedKeyValues(inner, audit))
        .Audited<IKeyValueTransactions>((inner, audit) => new AuditedTransactions(inner, audit))
        .Audited<IWebhookRepository>((inner, audit) => new AuditedWebhooks(inner, audit))
        .Audited<IApiKeyRepository>((inner, audit) => new AuditedApiKeys(inner, audit))
        .Audited<IDeliveryRepository>((inner, audit) => new AuditedDeliveries(inner, audit));

    private static IServiceCollection Audited<TPort>(this IServiceCollection services, Func<TPort, AuditLog, TPort> audited)
        where TPort : class =>
        services.Around<TPort>((provider, inner) => audited(inner, provider.GetRequiredService<AuditLog>()));
}
