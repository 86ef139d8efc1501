using Kv.Domain.Audit;
using Kv.Domain.Deliveries;
using Kv.Domain.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace Kv.Application.Audit;

/// <summary>
/// Decorates the writing ports with the audit, and logs refused requests. Without this registration the ports are
/// undecorated and the audit costs nothing.
/// </summary>
public static class AuditServices
{
    /// <summary>The log category of the audit.</summary>
    public const string Category = "Kv.Audit";

    /// <summary>Adds the audit. The decorated ports and an <see cref="IActor"/> must be registered before.</summary>
    public static IServiceCollection AddAudit(this IServiceCollection services) => services
        .AddSingleton<AuditLog>()
        .AddSingleton<IAccessAudit>(provider => provider.GetRequiredService<AuditLog>())
        .Decorate<IKeyValueRepository, AuditedKeyValues>()
        .Decorate<IKeyValueTransactions, AuditedTransactions>()
        .Decorate<IWebhookRepository, AuditedWebhooks>()
        .Decorate<IApiKeyRepository, AuditedApiKeys>()
        .Decorate<IDeliveryRepository, AuditedDeliveries>();
}
