using BenchmarkDotNet.Attributes;
using Kv.Benchmarks.Pipeline;
using Kv.Domain.Deliveries;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Kv.Domain.Watching;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Deliveries;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Watching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kv.Benchmarks.Webhooks;

/// <summary>One change on its way through a webhook's lane, to a receiver that accepts it at once.</summary>
[MemoryDiagnoser]
public class DispatchBenchmarks
{
    // As many as a lane calls for at a time.
    private const int Changes = 32;

    private readonly Tenant _tenant = Tenant.Of("default", "default");
    private readonly byte[] _value = new byte[256];
    private readonly SettledRevisions _settled = new(0);
    private Key[] _keys = [];
    private PipelineHost _host = null!;
    private LaneContext _context = null!;
    private Lanes _lanes = null!;
    private long _revision;

    /// <summary>Registers a webhook.</summary>
    [GlobalSetup]
    public async Task Register()
    {
        _keys = [.. Enumerable.Range(0, Changes).Select(number => Key.Of($"user:{number}"))];
        _host = await PipelineHost.Start(_value);
        var (services, time) = (_host.Services, TimeProvider.System);
        var (layout, telemetry) = (services.GetRequiredService<KeyLayout>(), services.GetRequiredService<DeliveryTelemetry>());
        var writer = new FencedWriter(
            services.GetRequiredService<IStore>(), Compare.Exists(layout.Nothing), time, NullLogger.Instance);
        var log = new DeliveryLog(
            writer, services.GetRequiredService<DeliveryWrites>(), services.GetRequiredService<DeliveryReads>(), layout, time, telemetry);
        _context = new LaneContext(
            log, new Accepting(), services.GetRequiredService<DeliveryOptions>(), time, telemetry,
            (_, _) => Task.CompletedTask, CancellationToken.None);
        _lanes = new Lanes(new WebhookRegistry(), _settled, _context);
        _lanes.Set(Sample.Webhook(_tenant, "*"));
    }

    /// <summary>Ends it.</summary>
    [GlobalCleanup]
    public async Task Close()
    {
        _lanes.Close();
        _context.Dispose();
        await _host.DisposeAsync();
    }

    /// <summary>Dispatches changes, and waits until all are accepted.</summary>
    [Benchmark(OperationsPerInvoke = Changes)]
    public async Task Dispatch()
    {
        for (var i = 0; i < Changes; i++)
        {
            var revision = _settled.Open(++_revision);
            await _lanes.Dispatch(new KeyUpdated(_tenant, _keys[i], _revision, SeenAt: 0, _value, ExpireAt: null, IsSameValue: false));
            revision.Settle();
        }
        var wait = new SpinWait();
        while (_settled.Through < _revision)
            wait.SpinOnce();
    }

    private sealed class Accepting : IWebhookSender
    {
        private readonly Task<Attempt> _attempt = Task.FromResult(
            new Attempt { At = DateTimeOffset.UnixEpoch, Duration = TimeSpan.Zero, Status = 200 });

        public Task<Attempt> Send(Webhook webhook, string messageId, DeliveryEvent @event, CancellationToken cancellationToken) => _attempt;
    }
}
