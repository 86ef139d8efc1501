using Microsoft.Extensions.DependencyInjection;

namespace Kv.Application;

/// <summary>Puts something around a port, which stays what it was to whoever uses it.</summary>
public static class DecoratedPorts
{
    /// <summary>Puts something around what a port is by now.</summary>
    /// <param name="services">Where the port must be registered already.</param>
    /// <param name="around">Makes what the port is to be from then on, of what it was.</param>
    public static IServiceCollection Around<TPort>(
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
