using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Embedded;
using Kv.Infrastructure.Tests.Storage.Contract;
using Kv.Infrastructure.Tests.Testing;
using Kv.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Kv.Infrastructure.Tests.Storage.Embedded;

/// <summary>A test with an embedded store of its own, under a clock that only the test moves.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal abstract class EmbeddedTest
{
    protected static readonly KeyRange Everything = KeyRange.Between(
        new StoreKey(new byte[] { 0 }), new StoreKey(new byte[] { 0xFF }));

    private readonly TemporaryDirectory _directory = new();
    private EmbeddedStore? _store;

    // Each look at the clock takes a while, so that pauses of the store end.
    protected FakeTimeProvider Clock { get; } = new() { AutoAdvanceAmount = TimeSpan.FromMilliseconds(1) };

    protected string Directory => _directory.Path;

    protected RecordedLog Log { get; } = new();

    protected EmbeddedOptions Options { get; set; } = new();

    protected EmbeddedStore Store => _store ??= Open();

    [TearDown]
    public async Task Close()
    {
        if (_store is not null)
            await _store.DisposeAsync();
        _directory.Dispose();
    }

    protected EmbeddedStore Open() => EmbeddedStore.Open(
        Options with { DataDirectory = Directory }, Clock, Meters.Factory, Log.CreateLogger<EmbeddedStore>());

    protected async Task Reopen(Action? meanwhile = null)
    {
        await Store.DisposeAsync();
        meanwhile?.Invoke();
        _store = Open();
    }

    /// <summary>A connection to the database that bypasses the store.</summary>
    protected SqliteConnection OtherHand()
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(Directory, "kv.db")};Pooling=False");
        connection.Open();
        return connection;
    }

    /// <summary>Keeps the store from writing until it is disposed of.</summary>
    protected IDisposable HoldTheWriter()
    {
        _ = Store;
        var connection = OtherHand();
        Execute(connection, "BEGIN IMMEDIATE");
        return connection;
    }

    protected static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The tests' own text.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>The number that a statement on the database finds.</summary>
    protected long Number(string sql)
    {
        using var connection = OtherHand();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The tests' own text.
        command.CommandText = sql;
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }

    protected long InSeconds(int seconds) => Clock.GetUtcNow().ToUnixTimeSeconds() + seconds;

    protected static StoreKey Key(string key) => StoreKey.FromText(key);

    protected static Operation.Put Put(string key, string value, long? deadline = null) =>
        new(Key(key), StoreKey.FromText(value).Bytes, deadline);

    protected Task<CommitResult> Commit(params Operation[] operations) =>
        Commit(Transaction.Unconditional(operations));

    /// <summary>Applies all operations in as few transactions as possible.</summary>
    /// <returns>The revision of the last.</returns>
    protected async Task<long> CommitAll(IEnumerable<Operation> operations)
    {
        var revision = 0L;
        foreach (var some in operations.Chunk(Transaction.MaxOperations))
            revision = (await Commit(some)).Revision;
        return revision;
    }

    protected Task<CommitResult> Commit(Transaction transaction) =>
        Store.Commit(transaction, CancellationToken.None).AsTask();

    protected async Task<Entry?> Get(string key) =>
        (await Store.Get(Key(key), ReadConsistency.Linearizable, CancellationToken.None)).Entry;

    protected Task<RangePage> List(long revision = 0) =>
        Store.Range(new RangeQuery(Everything, 100_000, revision), CancellationToken.None);

    protected Feed Watch(long from) => new(Store, Everything, from);

    protected static string Text(Entry? entry) => new StoreKey(entry!.Value).ToString();
}
