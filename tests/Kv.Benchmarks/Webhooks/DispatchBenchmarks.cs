using BenchmarkDotNet.Attributes;
using Kv.Benchmarks.Pipeline;
using Kv.Domain.Deliveries;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Kv.Domain.Watching;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Dispatching;
using Kv.Infrastructure.Dispatching.Lanes;
using Kv.Infrastructure.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Kv.Benchmarks.Webhooks;

/// <summary>One change on its way through a webhook's lane, to a receiver that accepts it at once.</summary>
[MemoryDiagnoser]
public class DispatchBenchmarks
{
    // As many as a lane calls for at a time.
    private const int Changes = 32;

    private readonly Tenant _tenant = new Tenant("default", "default");
    private readonly byte[] _value = new byte[256];
    private Key[] _keys = [];
    private PipelineHost _host = null!;
    private IServiceScope _term = null!;
    private SettledRevisions _settled = null!;
    private WebhookLanes _lanes = null!;
    private long _revision;

    /// <summary>Registers a webhook.</summary>
    [GlobalSetup]
    public async Task Register()
    {
        _keys = [.. Enumerable.Range(0, Changes).Select(number => Key.Parse($"user:{number}"))];
        _host = await PipelineHost.Start(_value, new Accepting());
        _term = _host.Services.CreateScope();
        var term = _term.ServiceProvider;
        term.GetRequiredService<Lead>().Begin(new Held(), from: 0, storeRevision: 0);
        _settled = term.GetRequiredService<SettledRevisions>();
        _lanes = term.GetRequiredService<WebhookLanes>();
        _lanes.Set(Sample.Webhook(_tenant, "*"));
    }

    /// <summary>Ends it.</summary>
    [GlobalCleanup]
    public async Task Close()
    {
        await _lanes.Close();
        _term.Dispose();
        await _host.DisposeAsync();
    }

    /// <summary>Dispatches changes, and waits until all are accepted.</summary>
    [Benchmark(OperationsPerInvoke = Changes)]
    public async Task Dispatch()
    {
        for (var i = 0; i < Changes; i++)
        {
            var revision = _settled.Open(++_revision, writtenAt: 0);
            await _lanes.Dispatch(
                new KeyUpdated(_tenant, _keys[i], _revision, SeenAt: 0, _value, ExpireAt: null, IsSameValue: false),
                revision);
            revision.Release();
        }
        var wait = new SpinWait();
        while (_settled.Through < _revision)
            wait.SpinOnce();
    }

    private sealed class Accepting : IWebhookSender
    {
        private readonly Task<Attempt> _attempt = Task.FromResult(
            new Attempt { At = DateTimeOffset.UnixEpoch, Duration = TimeSpan.Zero, Status = 200 });

        public Task<Attempt> Send(
            Webhook webhook, string messageId, DeliveryEvent @event, CancellationToken cancellationToken) => _attempt;
    }

    private sealed class Held : IStoreLock
    {
        public Compare Fence => default;

        public CancellationToken Lost => CancellationToken.None;

        public Task MoveFence(CancellationToken cancellationToken) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
