using System.Runtime.CompilerServices;
using Kv.Domain;
using Kv.Domain.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>The engine in this process, over SQLite: one writer with group commit, and readers that never wait for it.</summary>
internal sealed class EmbeddedStore : IStore
{
    // How many revisions a watch looks at in one go: enough to catch up fast, few enough to hold in memory.
    private const int WatchWindow = 32;

    private readonly DataDirectory _directory;
    private readonly ReaderPool _readers;
    private readonly Writer _writer;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;

    private EmbeddedStore(
        DataDirectory directory, SqliteConnection connection, EmbeddedOptions options, TimeProvider time, ILogger logger)
    {
        _directory = directory;
        _time = time;
        _timeout = options.Timeout;
        _readers = new ReaderPool(directory.DatabaseFile, options.Timeout);
        _writer = new Writer(connection, options, time, logger);
    }

    /// <exception cref="ConfigurationException">The data directory is in use, or cannot be used.</exception>
    public static EmbeddedStore Open(EmbeddedOptions options, TimeProvider time, ILogger<EmbeddedStore> logger)
    {
        var directory = DataDirectory.Open(options.DataDirectory);
        try
        {
            var connection = Schema.Connect(directory.DatabaseFile, options.Timeout);
            Schema.Prepare(connection, directory.DatabaseFile);
            return new EmbeddedStore(directory, connection, options, time, logger);
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

    public ValueTask<PointRead> Get(StoreKey key, ReadConsistency consistency, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var revision = _writer.Revision;
        var entry = _readers.Read(reader => reader.Get(key, _time.GetUtcNow()));
        return new(new PointRead(entry, Math.Max(revision, entry?.ModRevision ?? 0)));
    }

    public Task<RangePage> Range(RangeQuery query, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_readers.Read(reader => reader.Page(query, _time.GetUtcNow())));
    }

    public Task<long> Count(KeyRange range, long revision, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_readers.Read(reader => reader.Count(range, revision, _time.GetUtcNow())));
    }

    public async ValueTask<CommitResult> Commit(Transaction transaction, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var commit = _writer.Commit(transaction, cancellationToken);
        try
        {
            // The wait for the commit before it, and for its own.
            return await commit.WaitAsync(2 * _timeout, _time, CancellationToken.None);
        }
        catch (TimeoutException error)
        {
            throw new StoreUnavailableException("The disk did not answer in time.", outcomeUnknown: true, error);
        }
    }

    /// <summary>Forgets what ended at or before a revision, as the engine does by itself when its history grows too long.</summary>
    public Task Compact(long revision, CancellationToken cancellationToken) => _writer.Compact(revision, cancellationToken);

    public async IAsyncEnumerable<ChangeSet> Watch(
        KeyRange range, long fromRevision, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(fromRevision, 1);
        for (var next = fromRevision; ;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // Taken before the look, so that a commit in between is not missed.
            var nextCommit = _writer.NextCommit;
            var to = Math.Min(_writer.Revision, next + WatchWindow - 1);
            // A watch from a compacted revision is told so before it waits.
            foreach (var changes in _readers.Read(reader => reader.Changes(range, next, to)))
                yield return changes;
            if (to >= next)
                next = to + 1;
            else
                await nextCommit.WaitAsync(cancellationToken);
        }
    }

    public ValueTask DisposeAsync()
    {
        _writer.Dispose();
        _readers.Dispose();
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }
}
