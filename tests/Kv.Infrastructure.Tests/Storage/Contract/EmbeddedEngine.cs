using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Embedded;
using Kv.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kv.Infrastructure.Tests.Storage.Contract;

/// <summary>The engine in this process, on a database of its own.</summary>
internal sealed class EmbeddedEngine() : EngineUnderTest("Embedded")
{
    public override Task<StoreHarness> Open() => Task.FromResult<StoreHarness>(new Harness());

    public override Task<StoreHarness> OpenAlone() => Open();

    private sealed class Harness : StoreHarness
    {
        private readonly TemporaryDirectory _directory = new();
        private EmbeddedStore _store;

        public Harness() => _store = Connect();

        public override IStore Store => _store;

        // The engine compacts by itself once its history is full; the readers see only this counter.
        public override async Task Compact(long revision)
        {
            var database = Path.Combine(_directory.Path, "kv.db");
            await using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "UPDATE counters SET number = $revision WHERE name = 'compacted'";
            command.Parameters.AddWithValue("$revision", revision);
            await command.ExecuteNonQueryAsync();
        }

        public override async Task Reopen()
        {
            await _store.DisposeAsync();
            _store = Connect();
        }

        public override async ValueTask DisposeAsync()
        {
            await _store.DisposeAsync();
            _directory.Dispose();
        }

        private EmbeddedStore Connect() => EmbeddedStore.Open(
            new EmbeddedOptions { DataDirectory = _directory.Path },
            TimeProvider.System, Meters.Factory, NullLogger<EmbeddedStore>.Instance);
    }
}
