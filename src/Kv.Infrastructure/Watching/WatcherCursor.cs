using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Watching;

/// <summary>The last revision that is settled, as it is kept from one leader to the next.</summary>
internal sealed class WatcherCursor(IStore store, KeyLayout layout)
{
    /// <summary>Reads it, with the store's present revision; null when nobody has led before.</summary>
    public async Task<(long? Cursor, long Present)> Load(CancellationToken cancellationToken)
    {
        var read = await store.Get(layout.WatcherCursor, ReadConsistency.Linearizable, cancellationToken);
        return read.Entry is { } entry && Utf8Parser.TryParse(entry.Value.Span, out long cursor, out _)
            ? (cursor, read.Revision)
            : (null, read.Revision);
    }

    public Task Save(long revision, FencedWriter writer) => writer.Do(new Operation.Put(
        layout.WatcherCursor, Encoding.UTF8.GetBytes(revision.ToString(CultureInfo.InvariantCulture))));
}
