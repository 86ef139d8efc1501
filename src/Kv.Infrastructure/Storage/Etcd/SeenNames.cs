using System.Buffers;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// Reads ranges with a filter, for searches among names. etcd loads each value before it omits it, so the names that
/// were read stay in memory while searches use them, in pieces. A later search skips the pieces without a match, if no
/// key matches that has changed since. It reads the others from etcd, so an answer does not depend on the memory.
/// </summary>
internal sealed class SeenNames : IDisposable
{
    private const long MaxBytes = 64 * 1024 * 1024;

    // The names of these are examined within a millisecond or two; then other requests have their turn.
    private const int MaxSkipped = 16;

    // For each thousand revisions of the past, etcd reads all later ones too: beyond this the names are cheaper.
    private const long MaxRevisions = 2_000;

    private static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(5);

    private readonly RangeReads _ranges;
    private readonly PastReads _past;
    private readonly EtcdHistory _history;
    private readonly KeyRange _keys;
    private readonly ITimer _idle;
    private readonly Lock _gate = new();

    // The latest ones are last. They may overlap.
    private volatile NamePiece[] _pieces = [];
    private Task _reading = Task.CompletedTask;

    /// <param name="keys">The keys whose past changes can be read.</param>
    public SeenNames(RangeReads ranges, PastReads past, EtcdHistory history, KeyRange keys, TimeProvider time)
    {
        (_ranges, _past, _history, _keys) = (ranges, past, history, keys);
        _idle = time.CreateTimer(_ => Forget(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        history.Restored += Forget;
    }

    /// <inheritdoc cref="IStore.Range"/>
    public async Task<RangePage> Read(RangeQuery query, KeyFilter filter, CancellationToken cancellationToken)
    {
        if (query.Range.IsSingle || !_keys.Holds(query.Range))
            return await _ranges.Read(query, cancellationToken);
        _idle.Change(IdleTime, Timeout.InfiniteTimeSpan);
        if (await Skip(query, filter) is { } skipped)
            return skipped;
        var (epoch, names, last) = (_history.Epoch, new ArrayBufferWriter<byte>(), Array.Empty<byte>());
        var page = await _ranges.Read(query with { Filter = See }, cancellationToken);
        var range = KeyRange.Between(query.Range.Start, page.Next ?? query.Range.End);
        Add(new NamePiece(range, page.Revision, names.WrittenSpan.ToArray(), last.Length), epoch);
        return page;

        bool See(ReadOnlySpan<byte> name)
        {
            NamePiece.Write(names, name, ref last);
            return filter(name);
        }
    }

    public void Dispose() => _idle.Dispose();

    // A page without entries, up to the first piece that may have a match; null when the range begins with that.
    private async ValueTask<RangePage?> Skip(RangeQuery query, KeyFilter filter)
    {
        var pieces = PiecesOf(query).Take(MaxSkipped).ToList();
        StoreKey? changed = null;
        if (pieces.Count > 0 && pieces.Min(piece => piece.Revision) is var oldest && oldest < query.Revision)
        {
            // To read the changes may take long: the search reads from etcd meanwhile.
            if (!_reading.IsCompleted || query.Revision > _history.Now().Revision)
                return null;
            var reading = Changes(oldest + 1, query.Revision);
            _reading = reading;
            if (!reading.IsCompleted || await reading is not { } changes)
                return null;
            changed = changes.Of(query.Range, oldest + 1, query.Revision)
                .Where(change => filter(change.Key.Span)).Min(change => (StoreKey?)change.Key);
        }
        var (next, examined) = (query.Range.Start, 0);
        foreach (var piece in pieces)
        {
            if (changed?.CompareTo(piece.Range.End) < 0
                || piece.CountWithout(filter, query.Range.From(next)) is not { } count)
                break;
            (next, examined) = (piece.Range.End, examined + count);
        }
        // A skipped piece does not tell how large values are: the next read has the same limit.
        return next.Equals(query.Range.Start) ? null : new RangePage(
            [], next.CompareTo(query.Range.End) < 0 ? next : null, query.Revision, query.Limit, examined);
    }

    // The pieces that follow each other from the start of the range on.
    private IEnumerable<NamePiece> PiecesOf(RangeQuery query)
    {
        for (var next = query.Range.Start; next.CompareTo(query.Range.End) < 0;)
        {
            var piece = _pieces.LastOrDefault(
                piece => piece.Range.Contains(next) && piece.Revision <= query.Revision);
            if (piece is null)
                yield break;
            yield return piece;
            next = piece.Range.End;
        }
    }

    private async Task<ChangedKeys?> Changes(long from, long through)
    {
        try
        {
            return await _past.Covering(from, through, CancellationToken.None, MaxRevisions);
        }
        catch (RevisionCompactedException)
        {
            // The search may have read newer pieces meanwhile.
            Forget(through);
            return null;
        }
    }

    private void Add(NamePiece added, Epoch epoch)
    {
        lock (_gate)
        {
            if (epoch != _history.Epoch)
                return;
            List<NamePiece> pieces = [.. _pieces.Where(piece => !added.Range.Holds(piece.Range)), added];
            // In another order, a tenant with too many names would lose each piece before its next search.
            for (var bytes = pieces.Sum(piece => (long)piece.Bytes); bytes > MaxBytes;)
            {
                var dropped = Random.Shared.Next(pieces.Count);
                bytes -= pieces[dropped].Bytes;
                pieces.RemoveAt(dropped);
            }
            _pieces = [.. pieces];
        }
    }

    private void Forget() => Forget(long.MaxValue);

    private void Forget(long before)
    {
        lock (_gate)
            _pieces = [.. _pieces.Where(piece => piece.Revision >= before)];
    }
}
