using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Kv.Domain;
using Microsoft.Data.Sqlite;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>
/// The engine in this process, on SQLite: one writer with group commit, and readers that never wait for it.
/// </summary>
internal sealed class EmbeddedStore : IStore
{
    private readonly DataDirectory _directory;
    private readonly CommitSignal _committed = new();
    private readonly LatestRevision _latest = new();
    private readonly ReaderPool _readers;
    private readonly Writer _writer;
    private readonly EmbeddedLocks _locks;
    private readonly TimeProvider _time;

    private EmbeddedStore(
        DataDirectory directory, SqliteConnection connection, EmbeddedOptions options, TimeProvider time,
        IMeterFactory meters, ILogger logger)
    {
        _directory = directory;
        _time = time;
        var telemetry = new EngineTelemetry(meters);
        _readers = new ReaderPool(directory.DatabaseFile, _latest);
        _writer = new Writer(connection, _committed, _latest, options, telemetry, time, logger);
        _locks = new EmbeddedLocks(this, time);
        telemetry.Observe(("commit", () => _writer.Queued));
    }

    // The epoch never changes: a backup can be restored only while this process is stopped.
    public Epoch Epoch => Epoch.First;

    /// <exception cref="ConfigurationException">The data directory is in use, or cannot be used.</exception>
    public static EmbeddedStore Open(
        EmbeddedOptions options, TimeProvider time, IMeterFactory meters, ILogger<EmbeddedStore> logger)
    {
        var directory = DataDirectory.Open(options.DataDirectory);
        try
        {
            var connection = Schema.ConnectWriter(directory.DatabaseFile, logger);
            return new EmbeddedStore(directory, connection, options, time, meters, logger);
        }
        catch (SqliteException error)
        {
            directory.Dispose();
            throw new ConfigurationException(
                $"DATA_DIR is '{options.DataDirectory}'; its database cannot be opened: {error.Message}", error);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    public ValueTask<PointRead> Get(StoreKey key, ReadConsistency consistency, CancellationToken cancellationToken) =>
        new(_readers.Read(
            (key, Now: _time.GetUtcNow()), static (reader, query) => reader.GetPoint(query.key, query.Now),
            cancellationToken));

    public ValueTask<PairRead> GetPair(
        StoreKey first, StoreKey second, ReadConsistency consistency, CancellationToken cancellationToken) =>
        new(_readers.Read(
            (first, second, Now: _time.GetUtcNow()),
            static (reader, query) => reader.GetPair(query.first, query.second, query.Now), cancellationToken));

    public Task<StoreState?> State(CancellationToken cancellationToken) =>
        Task.FromResult<StoreState?>(_directory.Space(_writer.IsOutOfSpace
            ? "It has no space left (the last write found the disk full): writes are refused, reads still work."
            : null) with
        {
            Version = Schema.EngineVersion,
        });

    public Task<RangePage> Range(RangeQuery query, CancellationToken cancellationToken) =>
        Task.FromResult(_readers.Read(
            (query, Now: _time.GetUtcNow()), static (reader, asked) => reader.Page(asked.query, asked.Now),
            cancellationToken));

    public Task<long> Count(KeyRange range, long revision, CancellationToken cancellationToken) =>
        Task.FromResult(_readers.Read(
            (range, revision, Now: _time.GetUtcNow()),
            static (reader, query) => reader.Count(query.range, query.revision, query.Now), cancellationToken));

    public ValueTask<CommitResult> Commit(Transaction transaction, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_writer.Commit(transaction, cancellationToken));
    }

    public async IAsyncEnumerable<ChangeSet> Watch(
        KeyRange range, long fromRevision, [EnumeratorCancellation] CancellationToken cancellationToken,
        bool sizesOnly = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(fromRevision, 1);
        for (var next = fromRevision; ;)
        {
            // Taken before the read, so that a commit in between is not missed.
            var nextCommit = _committed.Next;
            var page = _readers.Read(
                (range, next, sizesOnly),
                static (reader, query) => reader.Changes(query.range, query.next, query.sizesOnly), cancellationToken);
            foreach (var changes in page.Sets)
                yield return changes;
            if (page.Through >= next)
                next = page.Through + 1;
            else
                await nextCommit.WaitAsync(cancellationToken);
        }
    }

    public async IAsyncEnumerable<ChangeSet> Changes(
        KeyRange range, long from, long through, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (from <= through)
        {
            var page = _readers.Read(
                (range, from), static (reader, query) => reader.Changes(query.range, query.from), cancellationToken);
            foreach (var changes in page.Sets)
                if (changes.Revision <= through)
                    yield return changes;
            from = page.Through + 1;
            // SQLite reads on the calling thread: yield it to other requests between pages.
            await Task.Yield();
        }
    }

    public Task<IStoreLock> Lock(
        StoreKey name, ReadOnlyMemory<byte> note, TimeSpan timeToLive, CancellationToken cancellationToken) =>
        _locks.Acquire(name, note, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _locks.DisposeAsync();
        await _writer.DisposeAsync();
        _readers.Dispose();
        // Wakes the open watches: their next read fails, as the store is closed.
        _committed.Close();
        _directory.Dispose();
    }
}
