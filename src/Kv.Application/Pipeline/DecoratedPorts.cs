using Microsoft.Extensions.DependencyInjection;

namespace Kv.Application.Pipeline;

/// <summary>Decorates registered ports. Their users are not affected.</summary>
public static class DecoratedPorts
{
    /// <summary>Decorates the present registration of a port, which must be registered before.</summary>
    public static IServiceCollection Decorate<TPort, TDecorator>(this IServiceCollection services)
        where TPort : class
        where TDecorator : TPort
    {
        var inner = services.Last(service => service.ServiceType == typeof(TPort));
        return services.AddSingleton<TPort>(provider => ActivatorUtilities.CreateInstance<TDecorator>(
            provider,
            inner.ImplementationFactory?.Invoke(provider)
                ?? ActivatorUtilities.CreateInstance(provider, inner.ImplementationType!)));
    }
}
