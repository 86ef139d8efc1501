using Etcdserverpb;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// Splits reads of ranges with very many keys. In each read etcd counts every key of the range, whatever the limit, so
/// reading a part is much faster. The keys of a part share a prefix with its start; the answers teach how long that
/// prefix should be.
/// </summary>
internal sealed class LargeRanges
{
    // etcd counts this many keys within milliseconds.
    private const long Many = 4_000;
    private const int MaxRemembered = 16;

    // A part whose keys share a byte less is often this many times as large.
    private const int Wider = 16;

    private readonly Lock _gate = new();
    private volatile Known[] _known = [];

    /// <summary>The first part of a range to read; all of it, unless it is known to be large.</summary>
    public Part First(KeyRange range)
    {
        var known = _known.LastOrDefault(known => known.Range.Holds(range));
        if (known is null)
            return new Part(this, known, range, shared: 0);
        // The start of a large range is shorter than its keys: only its first key shows where a small part ends.
        var (start, shared) = (range.Start.Bytes.Length, known.SharedBytes);
        return range.Start.Equals(known.Range.Start)
            ? new Part(this, known, range, shared, known.FirstKey)
            : start < shared ? new Part(this, known, range, start - 1, isWithNext: true)
            : new Part(this, known, range, shared);
    }

    private void Add(Known added)
    {
        lock (_gate)
            _known = [
                .. _known.Where(known => !known.Range.Start.Equals(added.Range.Start)).TakeLast(MaxRemembered - 1),
                added,
            ];
    }

    /// <summary>A range that was large when it was read last.</summary>
    internal sealed class Known(KeyRange range, StoreKey firstKey)
    {
        private readonly int _least = range.Start.Span.CommonPrefixLength(range.End.Span) + 1;
        private int _sharedBytes;

        public KeyRange Range => range;

        public StoreKey FirstKey => firstKey;

        /// <summary>How many bytes the keys of a part share.</summary>
        // Several reads may change it at once: it only decides how much a read counts.
        public int SharedBytes
        {
            get => _sharedBytes;
            set => _sharedBytes = Math.Max(value, _least);
        }
    }

    /// <summary>A part of a range.</summary>
    internal sealed class Part
    {
        private readonly LargeRanges _owner;
        private readonly Known? _known;
        private readonly KeyRange _rest;
        private readonly int _shared;

        /// <param name="like">A key whose start the part shares, where the range begins before that.</param>
        /// <param name="isWithNext">
        /// Whether to read the neighbour as well: after a listing has skipped the keys of a folder, the rest of its
        /// part is mostly empty.
        /// </param>
        public Part(
            LargeRanges owner, Known? known, KeyRange rest, int shared, StoreKey? like = null, bool isWithNext = false)
        {
            (_owner, _known, _rest) = (owner, known, rest);
            var start = (like ?? rest.Start).Bytes;
            _shared = Math.Min(shared, start.Length);
            var part = KeyRange.TryPrefix(new StoreKey(start[.._shared]));
            if (isWithNext && part is { } first)
                part = KeyRange.TryPrefix(first.End);
            Range = part is { } read && read.End.CompareTo(rest.Start) > 0 && read.End.CompareTo(rest.End) < 0
                ? KeyRange.Between(rest.Start, read.End)
                : rest;
        }

        /// <summary>The keys to read.</summary>
        public KeyRange Range { get; }

        /// <summary>Learns from the answer.</summary>
        /// <returns>The next part; null when this is the last one.</returns>
        public Part? Answered(RangeResponse answer, int limit)
        {
            var isLast = Range.End.Equals(_rest.End);
            if (answer.Kvs.Count > 0)
                Learn(answer, limit, isLast);
            if (isLast)
                return null;
            var rest = _rest.From(Range.End);
            // After an empty part the next one is wider.
            return answer.Kvs.Count > 0
                ? new Part(_owner, _known, rest, _shared)
                : new Part(_owner, _known, rest, _shared - 1, isWithNext: true);
        }

        private void Learn(RangeResponse answer, int limit, bool isLast)
        {
            var known = _known;
            var first = new StoreKey(answer.Kvs[0].Key.Memory);
            if (answer.Count > Many)
            {
                if (isLast && (known is null || !known.Range.Start.Equals(_rest.Start)))
                    _owner.Add(known = new Known(_rest, first));
                if (known is not null)
                    known.SharedBytes = Math.Max(
                        first.Span.CommonPrefixLength(answer.Kvs[^1].Key.Span), isLast ? 0 : _shared + 1);
            }
            else if (known is not null && answer.Count * Wider < limit && !isLast)
            {
                known.SharedBytes = _shared - 1;
            }
        }
    }
}
