using System.Collections.Concurrent;
using Google.Protobuf.Collections;
using EtcdEvent = Mvccpb.Event;
using EtcdKeyValue = Mvccpb.KeyValue;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// Keys as etcd reported them, at a revision that advances with the changes of a watch. Lookups take no lock. Additions
/// and changes take one, so that no stale key is added after a change of it. The size is limited in bytes: a key that
/// was not read since its last turn is evicted first (the clock algorithm).
/// </summary>
/// <param name="maxBytes">The most bytes that it may hold: keys, values and overhead.</param>
internal sealed class CachedKeys(long maxBytes)
{
    // The measured overhead of a key, with its places in the table and in the queue, and that of etcd's message.
    private const int Overhead = 185;
    private const int MessageOverhead = 190;

    // A value larger than this fraction of the cache would evict too many others.
    private const int LargestFraction = 8;

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<StoreKey, Item> _items = new();
    private readonly Queue<Item> _turns = new();
    private long _through;
    private long _latestChange;
    private long _bytes;

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>The revision up to which every change is applied.</summary>
    public long Through => Volatile.Read(ref _through);

    /// <summary>Whether a key is cached, so that <see cref="TryGet"/> will probably find it.</summary>
    public bool Has(StoreKey key) => _items.TryGetValue(key, out var item) && item.State is not null;

    /// <summary>Finds a key.</summary>
    /// <param name="kv">The key as etcd reported it; null when it does not exist.</param>
    /// <param name="since">
    /// A revision from which on this is the key's state: at least up to the value that <see cref="Through"/> had before
    /// this call.
    /// </param>
    public bool TryGet(StoreKey key, out EtcdKeyValue? kv, out long since)
    {
        (kv, since) = (null, 0);
        if (!_items.TryGetValue(key, out var item) || item.State is not { } state)
            return false;
        (kv, since) = state;
        item.Touch();
        return true;
    }

    /// <summary>Finds keys at one revision.</summary>
    /// <param name="revision">
    /// The least revision, which <see cref="Through"/> has reached; then the revision found.
    /// </param>
    /// <returns>
    /// The keys as etcd reported them, null where a key does not exist; null when not all of them are known at one
    /// revision.
    /// </returns>
    public EtcdKeyValue?[]? FindAll(IReadOnlyList<StoreKey> keys, ref long revision)
    {
        // Read before the keys: those without a later change are known at this revision.
        var through = Through;
        var found = new EtcdKeyValue?[keys.Count];
        for (var i = 0; i < found.Length; i++)
        {
            if (!TryGet(keys[i], out found[i], out var since))
                return null;
            revision = Math.Max(revision, since);
        }
        return revision <= through ? found : null;
    }

    /// <summary>Adds a key that was read from etcd.</summary>
    /// <param name="kv">The key as etcd reported it; null when it does not exist.</param>
    public void Offer(StoreKey key, EtcdKeyValue? kv, long revision)
    {
        // The watch keeps a cached key up to date.
        if (Has(key) || Size(key, kv) > maxBytes / LargestFraction)
            return;
        lock (_gate)
        {
            // A change that is applied already may have been of this key, after the answer's revision.
            if (revision < Math.Max(_through, _latestChange))
                return;
            if (!_items.TryGetValue(key, out var item))
            {
                _turns.Enqueue(item = _items[key] = new Item(key));
                Volatile.Write(ref _bytes, _bytes + Size(item));
            }
            if (item.State is null)
                Change(item, new State(kv, revision));
            Shrink();
        }
    }

    /// <summary>
    /// Applies changes; the caller passes every change, in order. A key that was not read since it last changed is
    /// dropped instead: keys that are only written would cost memory and work for nothing.
    /// </summary>
    public void Apply(RepeatedField<EtcdEvent> changes)
    {
        lock (_gate)
        {
            foreach (var change in changes)
            {
                _latestChange = Math.Max(_latestChange, change.Kv.ModRevision);
                if (_items.TryGetValue(new StoreKey(change.Kv.Key.Memory), out var item)
                    && change.Kv.ModRevision > item.State?.Since)
                    Change(item, item.TakeTouch() ? StateAfter(change) : null);
            }
            Shrink();
        }
    }

    /// <summary>Every change up to a revision is applied.</summary>
    public void Advance(long revision)
    {
        lock (_gate)
            Volatile.Write(ref _through, Math.Max(_through, revision));
    }

    private static int Size(StoreKey key, EtcdKeyValue? kv) =>
        Overhead + key.Bytes.Length + (kv is null ? 0 : MessageOverhead + kv.Key.Length + kv.Value.Length);

    private static int Size(Item item) => item.State is { } state ? Size(item.Key, state.Kv) : Size(item.Key, null);

    private static State StateAfter(EtcdEvent change) => new(
        change.Type == EtcdEvent.Types.EventType.Put ? change.Kv : null, change.Kv.ModRevision);

    private void Change(Item item, State? state)
    {
        var before = Size(item);
        item.State = state;
        Volatile.Write(ref _bytes, _bytes + Size(item) - before);
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
            Volatile.Write(ref _bytes, _bytes - Size(item));
        }
    }

    /// <summary>The state of a key, and the revision from which on it is valid.</summary>
    private sealed record State(EtcdKeyValue? Kv, long Since);

    private sealed class Item(StoreKey key)
    {
        private volatile State? _state;
        private volatile bool _isTouched;

        public StoreKey Key { get; } = key;

        /// <summary>Null when the key has changed, and was not read since.</summary>
        public State? State
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
