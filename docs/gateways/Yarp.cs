using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Transforms;

namespace KvGateway;

/// <summary>
/// A gateway before Kv, made with YARP. Its Program.cs:
/// <c>Gateway.Create(WebApplication.CreateBuilder(args)).Run();</c>
/// </summary>
public static class Gateway
{
    private static readonly UriCreationOptions AsItCame = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>The gateway that the section ReverseProxy of the settings describes.</summary>
    public static WebApplication Create(WebApplicationBuilder builder)
    {
        // Kv bounds bodies itself.
        builder.WebHost.ConfigureKestrel(server => server.Limits.MaxRequestBodySize = null);
        builder.Services.AddReverseProxy()
            .LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"))
            .AddTransforms(context => context.AddRequestTransform(SendTargetAsItCame));
        var app = builder.Build();
        app.MapReverseProxy();
        return app;
    }

    // Without it YARP encodes the decoded path again, and %2F becomes %252F.
    private static ValueTask SendTargetAsItCame(RequestTransformContext context)
    {
        var target = context.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        context.ProxyRequest.RequestUri = new Uri(context.DestinationPrefix.TrimEnd('/') + target, AsItCame);
        return ValueTask.CompletedTask;
    }
}
