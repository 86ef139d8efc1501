using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>Idle readers. Their number is the highest number of simultaneous reads so far.</summary>
internal sealed class ReaderPool(string file, LatestRevision latest) : IDisposable
{
    private readonly ConcurrentBag<Reader> _idle = [];
    private volatile bool _closed;

    /// <exception cref="StoreUnavailableException">SQLite could not read, or the store is closed.</exception>
    public TResult Read<TQuery, TResult>(
        TQuery query, Func<Reader, TQuery, TResult> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_closed)
            throw new StoreUnavailableException("The store is closed.");
        try
        {
            var reader = _idle.TryTake(out var idle) ? idle : Reader.Open(file, latest);
            try
            {
                var answer = read(reader, query);
                Return(reader);
                return answer;
            }
            catch (StoreException)
            {
                Return(reader);
                throw;
            }
            catch
            {
                // Its transaction may still be open, which would keep the reader at an old snapshot.
                reader.Dispose();
                throw;
            }
        }
        catch (SqliteException error)
        {
            throw new StoreUnavailableException($"SQLite could not read ({error.Message}).", inner: error);
        }
    }

    public void Dispose()
    {
        _closed = true;
        Close();
    }

    private void Return(Reader reader)
    {
        _idle.Add(reader);
        if (_closed)
            Close();
    }

    private void Close()
    {
        while (_idle.TryTake(out var reader))
            reader.Dispose();
    }
}
