using Microsoft.Extensions.DependencyInjection;

namespace Kv.Application.Pipeline;

/// <summary>Decorates registered ports. Their users are not affected.</summary>
public static class DecoratedPorts
{
    /// <summary>Decorates the present registration of a port.</summary>
    /// <param name="services">The services. The port must be registered before.</param>
    /// <param name="around">Creates the decorator from the present implementation.</param>
    public static IServiceCollection Decorate<TPort>(
        this IServiceCollection services, Func<IServiceProvider, TPort, TPort> around)
        where TPort : class
    {
        var inner = services.Last(service => service.ServiceType == typeof(TPort));
        return services.AddSingleton(provider => around(
            provider,
            (TPort)(inner.ImplementationFactory?.Invoke(provider)
                ?? ActivatorUtilities.CreateInstance(provider, inner.ImplementationType!))));
    }
}
