using Kv.Application;
using Kv.Domain.KeyValues;
using Kv.Domain.Quotas;
using Kv.Infrastructure.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Kv.Infrastructure.Quotas;

/// <summary>Puts quotas around the ports by which keys are written. Without them the ports are as they were, and nothing is counted.</summary>
public static class QuotaServices
{
    /// <summary>Adds quotas; the infrastructure must be there already.</summary>
    public static IServiceCollection AddQuotas(this IServiceCollection services, Quota quota) => services
        .AddSingleton(quota)
        .AddSingleton<UsageTotals>()
        .AddSingleton<ITenantUsages>(provider => provider.GetRequiredService<UsageTotals>())
        .AddSingleton<QuotaTelemetry>()
        .AddSingleton<UsageCatchUp>()
        .AddSingleton<QuotaGuard>()
        .AddSingleton<TransactionDemands>()
        .AddHostedService<UsageCounter>()
        .Around<IKeyValueRepository>((provider, inner) => new QuotaKeyValues(
            inner, provider.GetRequiredService<UsageTotals>(), provider.GetRequiredService<QuotaGuard>(),
            provider.GetRequiredService<IStore>(), provider.GetRequiredService<KeyLayout>()))
        .Around<IKeyValueTransactions>((provider, inner) => new QuotaTransactions(
            inner, provider.GetRequiredService<UsageTotals>(), provider.GetRequiredService<QuotaGuard>(),
            provider.GetRequiredService<TransactionDemands>()));
}
