using Kv.Api;
using Kv.Domain.Deliveries;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Kv.Infrastructure.Dispatching.Leading;
using Kv.Infrastructure.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kv.Benchmarks.Pipeline;

/// <summary>
/// Kv as it is deployed, from the first middleware to the repositories: only the server before it and the store behind
/// it are others.
/// </summary>
internal sealed class PipelineHost : IAsyncDisposable
{
    public const string PresentKey = "user:42";

    private readonly WebApplication _app;
    private readonly HeldStore _store;
    private readonly Exchange _exchange;

    private PipelineHost(WebApplication app, HeldStore store, Exchange exchange) =>
        (_app, _store, _exchange) = (app, store, exchange);

    /// <summary>The services of the program.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>The status of the last answer.</summary>
    public int StatusCode => _exchange.StatusCode;

    /// <summary>The body of the last answer.</summary>
    public ReadOnlyMemory<byte> Answer => _exchange.Answer;

    public static async Task<PipelineHost> Start(byte[] value, IWebhookSender? sender = null)
    {
        // MVC looks for controllers in the application that is named, which would be this one.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(KvApplication).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = "Production",
        });
        ((IConfigurationBuilder)builder.Configuration).Sources.Clear();
        builder.Configuration.AddInMemoryCollection(
            [new("STORE", "etcd"), new("SHUTDOWN_DRAIN_SECONDS", "0"), new("Logging:LogLevel:Default", "Warning")]);
        builder.Logging.ClearProviders();

        var store = StoreWith(value);
        // Runs when all is registered, and so has the last word.
        ((IHostBuilder)builder.Host).ConfigureContainer<IServiceCollection>(
            (_, services) => Replace(services, store, sender));
        var app = KvApplication.Create(builder);
        await app.StartAsync();
        var server = (InProcessServer)app.Services.GetRequiredService<IServer>();
        return new PipelineHost(app, store, server.Connect());
    }

    /// <summary>Sends a request, and answers for the store once the request waits for it.</summary>
    public Task Send(Request request)
    {
        var answering = _exchange.Send(request);
        var wait = new SpinWait();
        while (!answering.IsCompleted)
            if (!_store.Release())
                wait.SpinOnce();
        return answering;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    // The store answers requests alone, one at a time: no service of the background asks it.
    private static void Replace(IServiceCollection services, IStore store, IWebhookSender? sender)
    {
        services.Replace(ServiceDescriptor.Singleton(store))
            .Replace(ServiceDescriptor.Singleton<IServer, InProcessServer>());
        foreach (var background in (Type[])[typeof(LeaderService), typeof(LeaderClock)])
            services.Remove(services.Single(service => service.ImplementationType == background));
        if (sender is not null)
            services.Replace(ServiceDescriptor.Singleton(sender));
    }

    private static HeldStore StoreWith(byte[] value)
    {
        var layout = new KeyLayout(new StoreOptions());
        var place = layout.KeyValue(new Tenant("default", "default"), Key.Parse(PresentKey));
        return new HeldStore(
            place, new Entry(place, value, CreateRevision: 41, ModRevision: 42, Version: 2, Deadline: null));
    }
}
