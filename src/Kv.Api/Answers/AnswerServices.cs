using Kv.Api.Tenants;

namespace Kv.Api.Answers;

/// <summary>Registers the services for large answers.</summary>
internal static class AnswerServices
{
    /// <param name="services">The services.</param>
    /// <param name="options">The limits.</param>
    /// <param name="meter">The name of Kv's meter.</param>
    public static IServiceCollection AddAnswers(
        this IServiceCollection services, AnswerOptions options, string meter) => services
        .AddSingleton(options)
        .AddSingleton(provider => new UnsentBytes(
            options, provider.GetRequiredService<TenantHeaders>(), provider.GetRequiredService<TimeProvider>(), meter))
        .AddSingleton(provider => new CostlyCalls(
            provider.GetRequiredService<TenantHeaders>(), provider.GetRequiredService<UnsentBytes>(),
            Math.Max(1, Environment.ProcessorCount - 1)));
}
