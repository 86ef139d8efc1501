using System.Collections.Concurrent;

namespace Kv.Infrastructure.Storage.NearCache;

/// <summary>
/// Entries as they stand at a revision that moves with the store's changes. What is found is found without a lock; taking in and
/// changing wait for each other, so that no entry comes in beside a change of it. Bounded in bytes: what was not asked for since
/// its turn came last goes first (the clock algorithm).
/// </summary>
/// <param name="maxBytes">How many bytes of keys and values it may hold, with what it costs to hold them.</param>
internal sealed class EntryCache(long maxBytes)
{
    // About what an entry costs beside its key and its value, and its place in the table and in the queue.
    private const int Overhead = 300;

    // A value that is larger than this part of the whole would push out too much.
    private const int LargestPart = 8;

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<StoreKey, Item> _items = new();
    private readonly Queue<Item> _turns = new();
    private long _through;
    private long _bytes;

    /// <summary>How many bytes it holds.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Begins, empty: every change after a revision is going to be told.</summary>
    public void Open(long revision)
    {
        lock (_gate)
            Volatile.Write(ref _through, revision);
    }

    /// <summary>Forgets everything, and takes in nothing: changes may be missed from now on.</summary>
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

    /// <summary>Finds a key. What it tells held at the revision that it tells with it, and nothing was told before by which it were older.</summary>
    public bool TryGet(StoreKey key, DateTimeOffset now, out PointRead read)
    {
        // Before the entry: one that changes meanwhile knows its own, later revision.
        var through = Volatile.Read(ref _through);
        read = default;
        if (through == 0 || !_items.TryGetValue(key, out var item))
            return false;
        var state = item.State;
        if (state.Entry?.IsExpiredAt(now) == true)
            return false;
        item.Touch();
        read = new PointRead(state.Entry, Math.Max(through, state.Revision));
        return true;
    }

    /// <summary>Takes in what the store has told of a key.</summary>
    public void Offer(StoreKey key, PointRead read)
    {
        if (Size(key, read.Entry) > maxBytes / LargestPart)
            return;
        lock (_gate)
        {
            // Closed, or a change between what was read and what is known may have been of this key.
            if (_through == 0 || read.Revision < _through)
                return;
            if (!_items.TryGetValue(key, out var item))
                Add(key, new State(read.Entry, read.Revision));
            else if (read.Revision > item.State.Revision)
                Change(item, new State(read.Entry, read.Revision));
            Shrink();
        }
    }

    /// <summary>Takes in what has changed. They must come in order, and all of them.</summary>
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

    /// <summary>What a key was, and at which revision it was so.</summary>
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

        // Read first: whoever only reads takes the memory from no other core.
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
