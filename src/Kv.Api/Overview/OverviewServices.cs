using Kv.Domain.Watching;

namespace Kv.Api.Overview;

/// <summary>Registers the overview.</summary>
internal static class OverviewServices
{
    public static IServiceCollection AddOverview(this IServiceCollection services) => services
        .AddSingleton<Measurements>()
        .AddSingleton(provider => new OverviewHistory(
            provider.GetRequiredService<Measurements>(), provider.GetRequiredService<IWatcherStatus>(),
            provider.GetRequiredService<TimeProvider>()))
        .AddHostedService(provider => provider.GetRequiredService<OverviewHistory>());
}
