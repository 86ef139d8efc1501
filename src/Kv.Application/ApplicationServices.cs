using AutoMapper;
using FluentValidation;
using Kv.Application.Access;
using Kv.Application.Pipeline;
using Kv.Application.Quotas;
using Kv.Domain;
using Kv.Domain.Quotas;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Kv.Application;

/// <summary>Registers the use cases.</summary>
public static class ApplicationServices
{
    private static readonly Type[] OwnTypes = typeof(ApplicationServices).Assembly.GetTypes();

    /// <summary>Adds the commands, queries, validators and maps, under the given limits.</summary>
    public static IServiceCollection AddApplication(this IServiceCollection services, Limits limits) =>
        services.AddSingleton(limits).AddMediator().AddHandlers().AddValidators().AddMaps().AddApiKeys()
        .AddSingleton<ITenantUsages, NoQuotas>();

    /// <summary>
    /// Lets callers do what <typeparamref name="TCaller"/> says they may, and nothing else. Without it everybody may do everything, and
    /// nothing is asked on the way.
    /// </summary>
    public static IServiceCollection AddAccessControl<TCaller>(this IServiceCollection services)
        where TCaller : class, ICaller => services
        .AddSingleton<ICaller, TCaller>()
        .AddSingleton(typeof(IPipelineBehavior<,>), typeof(AccessBehavior<,>));

    private static IServiceCollection AddApiKeys(this IServiceCollection services) => services
        .AddSingleton<ICaller, AnyCaller>()
        .AddSingleton<IApiKeyAuthentication, ApiKeyAuthentication>();

    // MediatR's own registration package goes with a version that is not used here. Handlers keep no state between
    // requests, so one of each serves them all.
    private static IServiceCollection AddMediator(this IServiceCollection services) => services
        .AddSingleton<ServiceFactory>(provider => provider.GetRequiredService)
        .AddSingleton<IMediator, Mediator>()
        .AddSingleton(typeof(IPipelineBehavior<,>), typeof(ValidationBehavior<,>));

    private static IServiceCollection AddHandlers(this IServiceCollection services) =>
        services.AddImplementationsOf(typeof(IRequestHandler<,>));

    private static IServiceCollection AddValidators(this IServiceCollection services) =>
        services.AddImplementationsOf(typeof(IValidator<>));

    private static IServiceCollection AddMaps(this IServiceCollection services) => services
        .AddSingleton<IConfigurationProvider>(_ => Maps())
        .AddSingleton<IMapper>(provider => new Mapper(provider.GetRequiredService<IConfigurationProvider>()));

    /// <summary>Every map that there is.</summary>
    internal static MapperConfiguration Maps() => new(maps =>
    {
        foreach (var profile in OwnTypes.Where(type => type.IsSubclassOf(typeof(Profile))))
            maps.AddProfile(profile);
    });

    private static IServiceCollection AddImplementationsOf(this IServiceCollection services, Type definition)
    {
        foreach (var type in OwnTypes.Where(type => type is { IsClass: true, IsAbstract: false, IsGenericTypeDefinition: false }))
            foreach (var contract in type.GetInterfaces())
                if (contract.IsGenericType && contract.GetGenericTypeDefinition() == definition)
                    services.AddSingleton(contract, type);
        return services;
    }
}
