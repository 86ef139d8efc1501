using System.Collections.Concurrent;
using Kv.Domain.Storage;
using Microsoft.Data.Sqlite;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>Readers that wait for their next use. There are as many as ever read at the same time.</summary>
internal sealed class ReaderPool(string file, TimeSpan timeout) : IDisposable
{
    private readonly ConcurrentBag<Reader> _idle = [];
    private volatile bool _closed;

    /// <exception cref="StoreUnavailableException">SQLite could not read.</exception>
    public TResult Read<TResult>(Func<Reader, TResult> read)
    {
        if (_closed)
            throw new StoreUnavailableException("The store is closed.");
        try
        {
            var reader = _idle.TryTake(out var idle) ? idle : new Reader(Schema.Connect(file, timeout));
            try
            {
                var result = read(reader);
                Return(reader);
                return result;
            }
            catch (StoreException)
            {
                // An answer of its own kind: the reader is as good as before.
                Return(reader);
                throw;
            }
            catch
            {
                // It may be in the middle of something, and would answer from there.
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
