using System.Collections.Concurrent;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.NearCache;

/// <summary>
/// Entries at a revision that advances with the changes of the store. Lookups take no lock. Additions and changes take
/// one, so that no stale entry is added beside a change of it. The size is bounded in bytes: an entry that was not read
/// since its last turn is evicted first (the clock algorithm).
/// </summary>
/// <param name="maxBytes">The most bytes that it may hold: keys, values and overhead.</param>
internal sealed class EntryCache(long maxBytes)
{
    // The approximate overhead of an entry: its objects and its places in the table and in the queue.
    private const int Overhead = 300;

    // A value larger than this fraction of the cache would evict too many others.
    private const int LargestPart = 8;

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<StoreKey, Item> _items = new();
    private readonly Queue<Item> _turns = new();
    private volatile Epoch? _epoch;
    private long _through;
    private long _bytes;

    /// <summary>How many bytes it holds.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Opens the empty cache: from now on every change after the revision is applied.</summary>
    public void Open(long revision, Epoch epoch)
    {
        lock (_gate)
        {
            _epoch = epoch;
            Volatile.Write(ref _through, revision);
        }
    }

    /// <summary>Clears the cache and accepts no entries: changes may be missed from now on.</summary>
    public void Close()
    {
        lock (_gate)
        {
            Volatile.Write(ref _through, 0);
            _items.Clear();
            _turns.Clear();
            Volatile.Write(ref _bytes, 0);
        }
    }

    /// <summary>
    /// Finds a key. The entry is valid at the revision returned with it, and these revisions never go back within an
    /// epoch.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="now">The present time. An entry that has expired by then is not found.</param>
    /// <param name="epoch">The store's epoch. Entries of another epoch are not found.</param>
    /// <param name="read">The entry and its revision.</param>
    public bool TryGet(StoreKey key, DateTimeOffset now, Epoch epoch, out PointRead read)
    {
        read = default;
        if (!ReferenceEquals(_epoch, epoch))
            return false;
        // Read before the entry: an entry that changes meanwhile has its own, later revision. And after the epoch that
        // it belongs to.
        var through = Volatile.Read(ref _through);
        if (through == 0 || !_items.TryGetValue(key, out var item))
            return false;
        var state = item.State;
        if (state.Entry?.IsExpiredAt(now) == true)
            return false;
        item.Touch();
        read = new PointRead(state.Entry, Math.Max(through, state.Revision));
        return true;
    }

    /// <summary>Adds an entry that was read from the store.</summary>
    /// <param name="key">The key.</param>
    /// <param name="read">The answer of the store.</param>
    /// <param name="epoch">The store's epoch before the read.</param>
    public void Offer(StoreKey key, PointRead read, Epoch epoch)
    {
        if (Size(key, read.Entry) > maxBytes / LargestPart)
            return;
        lock (_gate)
        {
            // Skip a closed cache, and a read older than the cache's revision: a change in between may have been of
            // this key.
            if (_through == 0 || read.Revision < _through || !ReferenceEquals(_epoch, epoch))
                return;
            if (!_items.TryGetValue(key, out var item))
                Add(key, new State(read.Entry, read.Revision));
            else if (read.Revision > item.State.Revision)
                Change(item, new State(read.Entry, read.Revision));
            Shrink();
        }
    }

    /// <summary>Applies the changes of a revision. All change sets must be applied, in order.</summary>
    public void Apply(ChangeSet set)
    {
        lock (_gate)
        {
            foreach (var change in set.Changes)
                if (_items.TryGetValue(change.Key, out var item) && set.Revision > item.State.Revision)
                    Change(item, new State(change.Current, set.Revision));
            Volatile.Write(ref _through, set.Revision);
            Shrink();
        }
    }

    private static int Size(StoreKey key, Entry? entry) => Overhead + key.Bytes.Length + (entry?.Value.Length ?? 0);

    private void Add(StoreKey key, State state)
    {
        var item = new Item(key, state);
        _items[key] = item;
        _turns.Enqueue(item);
        Volatile.Write(ref _bytes, _bytes + Size(key, state.Entry));
    }

    private void Change(Item item, State state)
    {
        Volatile.Write(ref _bytes, _bytes + Size(item.Key, state.Entry) - Size(item.Key, item.State.Entry));
        item.State = state;
    }

    private void Shrink()
    {
        while (_bytes > maxBytes && _turns.TryDequeue(out var item))
        {
            if (item.TakeTouch())
            {
                _turns.Enqueue(item);
                continue;
            }
            _items.TryRemove(item.Key, out _);
            Volatile.Write(ref _bytes, _bytes - Size(item.Key, item.State.Entry));
        }
    }

    /// <summary>The state of a key, and the revision from which on it is valid.</summary>
    private sealed record State(Entry? Entry, long Revision);

    private sealed class Item(StoreKey key, State state)
    {
        private volatile State _state = state;
        private volatile bool _isTouched;

        public StoreKey Key { get; } = key;

        public State State
        {
            get => _state;
            set => _state = value;
        }

        // Read before writing: a plain read does not take the cache line from other cores.
        public void Touch()
        {
            if (!_isTouched)
                _isTouched = true;
        }

        public bool TakeTouch()
        {
            var wasTouched = _isTouched;
            _isTouched = false;
            return wasTouched;
        }
    }
}
