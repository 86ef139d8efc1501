using System.Diagnostics.Metrics;
using Kv.Api.Tenants;
using Kv.Domain.Watching;

namespace Kv.Api.Answers;

/// <summary>Registers the services for large answers and bodies.</summary>
internal static class AnswerServices
{
    /// <summary>The key of the limit for bodies.</summary>
    public const string Bodies = "bodies";

    /// <param name="meter">The name of Kv's meter.</param>
    public static IServiceCollection AddAnswers(
        this IServiceCollection services, AnswerOptions options, string meter) => services
        .AddSingleton(options)
        .AddSingleton(provider => Limit(HeldKind.Answers, options, provider, meter))
        .AddSingleton<IWatchBudget>(provider => provider.GetRequiredService<HeldBytes>())
        .AddKeyedSingleton(Bodies, (provider, _) => Limit(HeldKind.Bodies, options, provider, meter))
        .AddSingleton(provider => new CostlyCalls(
            provider.GetRequiredService<TenantHeaders>(), provider.GetRequiredService<HeldBytes>(),
            Math.Max(1, Environment.ProcessorCount - 1)));

    private static HeldBytes Limit(HeldKind kind, AnswerOptions options, IServiceProvider provider, string meter) =>
        new(kind, options, provider.GetRequiredService<TenantHeaders>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IMeterFactory>().Create(meter));
}
