using Kv.Domain.Access;
using Kv.Domain.Audit;
using Kv.Domain.Deliveries;
using Kv.Domain.KeyValues;
using Kv.Domain.Transactions;
using Kv.Domain.Webhooks;
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
        .Audited<IKeyValueRepository>((inner, audit) => new AuditedKeyValues(inner, audit))
        .Audited<IKeyValueTransactions>((inner, audit) => new AuditedTransactions(inner, audit))
        .Audited<IWebhookRepository>((inner, audit) => new AuditedWebhooks(inner, audit))
        .Audited<IApiKeyRepository>((inner, audit) => new AuditedApiKeys(inner, audit))
        .Audited<IDeliveryRepository>((inner, audit) => new AuditedDeliveries(inner, audit));

    private static IServiceCollection Audited<TPort>(
        this IServiceCollection services, Func<TPort, AuditLog, TPort> audited)
        where TPort : class =>
        services.Decorate<TPort>((provider, inner) => audited(inner, provider.GetRequiredService<AuditLog>()));
}
