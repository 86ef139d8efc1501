using Kv.Application.Access;
using Kv.Application.Quotas;
using Kv.Domain.Quotas;
using Microsoft.Extensions.DependencyInjection;

namespace Kv.Application;

/// <summary>Registers the use cases.</summary>
public static class ApplicationServices
{
    /// <summary>Adds the commands, queries, validators and maps with the given limits.</summary>
    public static IServiceCollection AddApplication(this IServiceCollection services, Limits limits) =>
        services.AddSingleton(limits).AddMediator().AddAutoMapper(typeof(ApplicationServices)).AddApiKeys()
        .AddImplementationsOf(typeof(IRequestHandler<,>))
        .AddImplementationsOf(typeof(IValidator<>))
        .AddSingleton<ITenantUsages, NoQuotas>();

    /// <summary>
    /// Restricts callers to the grants that <typeparamref name="TCaller"/> reports. Without this registration every
    /// caller may do everything, and no check runs.
    /// </summary>
    public static IServiceCollection AddAccessControl<TCaller>(this IServiceCollection services)
        where TCaller : class, ICaller => services
        .AddSingleton<ICaller, TCaller>()
        .AddSingleton(typeof(IPipelineBehavior<,>), typeof(AccessBehavior<,>));

    private static IServiceCollection AddApiKeys(this IServiceCollection services) => services
        .AddSingleton<ICaller, AnyCaller>()
        .AddSingleton<ApiKeyAuthentication>();

    // MediatR's registration package requires another version of MediatR. Handlers are stateless, so they are
    // singletons.
    private static IServiceCollection AddMediator(this IServiceCollection services) => services
        .AddSingleton<ServiceFactory>(provider => provider.GetRequiredService)
        .AddSingleton<IMediator, Mediator>()
        .AddSingleton(typeof(IPipelineBehavior<,>), typeof(ValidationBehavior<,>));

    private static IServiceCollection AddImplementationsOf(this IServiceCollection services, Type definition)
    {
        foreach (var type in typeof(ApplicationServices).Assembly.GetTypes().Where(
            type => type is { IsClass: true, IsAbstract: false, IsGenericTypeDefinition: false }))
            foreach (var contract in type.GetInterfaces())
                if (contract.IsGenericType && contract.GetGenericTypeDefinition() == definition)
                    services.AddSingleton(contract, type);
        return services;
    }
}
