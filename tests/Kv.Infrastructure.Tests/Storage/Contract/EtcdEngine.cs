using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Storage.Etcd;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Storage.Contract;

/// <summary>The engine over etcd, with a real server; without one its tests are skipped.</summary>
/// <param name="isCrowded">Whether each read is one of a crowd, so that the near cache answers it.</param>
internal sealed class EtcdEngine(bool isCrowded = false) : EngineUnderTest(isCrowded ? "EtcdInACrowd" : "Etcd")
{
    public override async Task<StoreHarness> Open() =>
        new Harness(await SharedEtcd.Get(), isShared: true, isCrowded);

    public override async Task<StoreHarness> OpenAlone() =>
        new Harness(await EtcdServer.StartAsync(), isShared: false, isCrowded);

    private sealed class Harness(EtcdServer server, bool isShared, bool isCrowded) : StoreHarness
    {
        private IStore _store = Connect(server, isCrowded);

        public override IStore Store => _store;

        public override Task Compact(long revision) => isShared
            ? throw new InvalidOperationException("The server is shared: other tests read its history.")
            : server.Compact(revision);

        public override async Task Reopen()
        {
            await _store.DisposeAsync();
            _store = Connect(server, isCrowded);
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

        private static IStore Connect(EtcdServer server, bool isCrowded)
        {
            var store = EtcdStores.Open(
                new EtcdOptions { Endpoints = [server.ClientUri] }, TimeProvider.System);
            return isCrowded ? new CrowdedStore(store) : store;
        }
    }
}
