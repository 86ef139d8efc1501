using Kv.Application.Pipeline;
using Kv.Domain.Quotas;
using Kv.Domain.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace Kv.Infrastructure.Quotas;

/// <summary>
/// Adds quotas around the ports that write keys. Without this call the ports are unchanged, and usage is not counted.
/// </summary>
public static class QuotaServices
{
    /// <summary>Adds quotas; the infrastructure must be added before.</summary>
    public static IServiceCollection AddQuotas(this IServiceCollection services, Quota quota) => services
        .AddSingleton(quota)
        .AddSingleton<UsageTotals>()
        .AddSingleton<ITenantUsages>(provider => provider.GetRequiredService<UsageTotals>())
        .AddSingleton<QuotaTelemetry>()
        .AddSingleton<UsageCatchUp>()
        .AddSingleton<QuotaGuard>()
        .AddSingleton<TransactionGrowth>()
        .AddHostedService<UsageCounter>()
        .Decorate<IKeyValueRepository, QuotaKeyValues>()
        .Decorate<IKeyValueTransactions, QuotaTransactions>()
        .Decorate<IWebhookRepository, QuotaWebhooks>();
}
