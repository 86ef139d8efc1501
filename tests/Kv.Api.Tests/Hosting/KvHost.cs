using System.Diagnostics.Metrics;
using System.Text.Json;
using Kv.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kv.Api.Tests.Hosting;

/// <summary>
/// Kv in this process, on a real Kestrel and a free port of 127.0.0.1. It has only the settings that the test gives; it
/// does not read the machine's environment.
/// </summary>
internal sealed class KvHost : IAsyncDisposable
{
    /// <summary>The setting of a host that measures, traces and serves <c>/metrics</c>; others do not.</summary>
    public static readonly (string Name, string? Value) WithTelemetry = ("OTEL_SDK_DISABLED", "false");

    private readonly WebApplication _app;
    private readonly IDisposable? _owned;

    private KvHost(WebApplication app, string keyPrefix, IDisposable? owned)
    {
        _app = app;
        _owned = owned;
        KeyPrefix = keyPrefix;
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        Address = new Uri(addresses.Addresses.First());
        ManagementAddress = new Uri(addresses.Addresses.Last());
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
        {
            BaseAddress = Address,
            Timeout = TimeSpan.FromSeconds(60),
        };
    }

    public Uri Address { get; }

    /// <summary>Where probes and metrics are: with MANAGEMENT_PORT an address of their own.</summary>
    public Uri ManagementAddress { get; }

    /// <summary>Where it speaks HTTP/2 without TLS, with HTTP2_CLEARTEXT and without MANAGEMENT_PORT.</summary>
    public Uri Http2Address => ManagementAddress;

    public HttpClient Http { get; }

    /// <summary>The services of the program, for state that no answer shows.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>The number of open watches and long polls.</summary>
    public long Watches => Measure("kv.watch.subscribers");

    /// <summary>Whether it watches the store for them.</summary>
    public bool WatchesStore => Measure("kv.watch.upstreams") > 0;

    /// <summary>Asks Kv to stop, as an orchestrator does.</summary>
    public Task Stop() => _app.StopAsync();

    /// <summary>BASE_KEY_PREFIX, unique to this host.</summary>
    public string KeyPrefix { get; }

    /// <summary>Starts Kv over the shared etcd, or over an embedded store of its own.</summary>
    public static Task<KvHost> Start(Engine engine, params (string Name, string? Value)[] settings) =>
        StartWith(null, engine, settings);

    /// <summary>Starts Kv over the shared etcd, or over an embedded store of its own, with this clock.</summary>
    public static async Task<KvHost> StartWith(
        TimeProvider? time, Engine engine, params (string Name, string? Value)[] settings)
    {
        if (engine == Engine.Etcd)
            return await Start(
                [
                    ("STORE", "etcd"), ("ETCD_ENDPOINTS", (await SharedEtcd.Get()).Endpoint), KvProcess.Patient,
                    .. settings,
                ],
                null, time);
        var directory = new TemporaryDirectory();
        return await Start(
            [("STORE", "embedded"), ("DATA_DIR", directory.Path), KvProcess.Patient, .. settings], directory, time);
    }

    /// <summary>Starts Kv over an etcd of the test's own.</summary>
    /// <param name="endpoints">ETCD_ENDPOINTS.</param>
    /// <param name="settings">Further settings; they come last.</param>
    public static Task<KvHost> StartOver(string endpoints, params (string Name, string? Value)[] settings) =>
        Start([("STORE", "etcd"), ("ETCD_ENDPOINTS", endpoints), .. settings], null);

    /// <summary>Starts Kv over an etcd, with a clock of its own.</summary>
    public static Task<KvHost> StartWith(
        TimeProvider time, string endpoints, params (string Name, string? Value)[] settings) =>
        Start([("STORE", "etcd"), ("ETCD_ENDPOINTS", endpoints), .. settings], null, time);

    /// <summary>A client of a tenant that no other test uses.</summary>
    public KvClient NewTenant() => new(Http, Unique("n"), Unique("a"));

    /// <summary>The check of this name in the answer of <c>/readyz</c>.</summary>
    public async Task<JsonElement> ReadinessCheck(string name) =>
        (await Answer.Of(await Http.GetAsync(new Uri("/readyz", UriKind.Relative)))).Json.GetProperty("checks")
            .GetProperty(name);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _owned?.Dispose();
    }

    /// <summary>A name that fits the default limits.</summary>
    public static string Unique(string start) => $"{start}{Guid.NewGuid():n}"[..20];

    private long Measure(string instrument) =>
        Meters.Read(Services.GetRequiredService<IMeterFactory>(), instrument);

    private static async Task<KvHost> Start(
        (string Name, string? Value)[] settings, IDisposable? owned, TimeProvider? time = null)
    {
        // MVC looks for controllers in the named application, which is the test runner by default.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(KvApplication).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = "Production",
        });
        var keyPrefix = Unique("test/");
        var all = new Dictionary<string, string?>
        {
            ["PORT"] = "0",
            ["LISTEN_ADDRESS"] = "127.0.0.1",
            ["BASE_KEY_PREFIX"] = keyPrefix,
            ["SHUTDOWN_DRAIN_SECONDS"] = "0",
            // Each exporter listens to the meters of all hosts in this process.
            ["OTEL_SDK_DISABLED"] = "true",
        };
        foreach (var (name, value) in settings)
            all[name] = value;
        ((IConfigurationBuilder)builder.Configuration).Sources.Clear();
        builder.Configuration.AddInMemoryCollection(all);
        builder.Logging.ClearProviders();
        if (time is not null)
            builder.Services.AddSingleton(time);
        var app = KvApplication.Create(builder);
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
        return new KvHost(app, all["BASE_KEY_PREFIX"]!, owned);
    }
}
