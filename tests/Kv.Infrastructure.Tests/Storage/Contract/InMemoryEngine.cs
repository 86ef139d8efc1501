using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage.Contract;

/// <summary>The reference model, which must keep the contract as well.</summary>
internal sealed class InMemoryEngine() : EngineUnderTest("InMemory")
{
    public override Task<StoreHarness> Open() => Task.FromResult<StoreHarness>(new Harness());

    public override Task<StoreHarness> OpenAlone() => Open();

    private sealed class Harness : StoreHarness
    {
        private readonly InMemoryStore _store = new(TimeProvider.System);

        public override IStore Store => _store;

        public override Task Compact(long revision)
        {
            _store.Compact(revision);
            return Task.CompletedTask;
        }

        // Its only data is the object itself.
        public override Task Reopen() => Task.CompletedTask;

        public override ValueTask DisposeAsync() => _store.DisposeAsync();
    }
}
