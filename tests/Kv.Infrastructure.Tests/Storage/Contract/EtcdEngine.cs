using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Etcd;
using Kv.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kv.Infrastructure.Tests.Storage.Contract;

/// <summary>The engine over etcd, with a real server; without one its tests are skipped.</summary>
internal sealed class EtcdEngine() : StoreEngine("Etcd")
{
    public override async Task<StoreHarness> Open() => new Harness(await SharedEtcd.Get(), isShared: true);

    public override async Task<StoreHarness> OpenAlone() => new Harness(await EtcdServer.StartAsync(), isShared: false);

    private sealed class Harness(EtcdServer server, bool isShared) : StoreHarness
    {
        private EtcdStore _store = Connect(server);

        public override IStore Store => _store;

        public override Task Compact(long revision) => isShared
            ? throw new InvalidOperationException("The server is shared: other tests read its history.")
            : server.Compact(revision);

        public override async Task Reopen()
        {
            await _store.DisposeAsync();
            _store = Connect(server);
        }

        public override Task Waiting(StoreKey name, int count) => Eventually.Holds(
            async () => await _store.Count(
                KeyRange.Prefix(StoreKey.FromText($"{name}/")), 0, CancellationToken.None) > count,
            $"{count} wait for the lock");

        public override async ValueTask DisposeAsync()
        {
            await _store.DisposeAsync();
            if (!isShared)
                await server.DisposeAsync();
        }

        private static EtcdStore Connect(EtcdServer server) =>
            new(new EtcdOptions { Endpoints = [server.ClientUri] }, TimeProvider.System, NullLoggerFactory.Instance);
    }
}
