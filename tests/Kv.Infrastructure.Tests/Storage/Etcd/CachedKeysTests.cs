using System.Runtime.CompilerServices;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Etcd;
using EtcdEvent = Mvccpb.Event;
using EtcdKeyValue = Mvccpb.KeyValue;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>Which keys are kept in memory, and for how long.</summary>
internal sealed class CachedKeysTests
{
    private CachedKeys _keys = null!;

    [SetUp]
    public void Open()
    {
        _keys = new CachedKeys(maxBytes: 10_000);
        _keys.Advance(1);
    }

    [Test]
    public void It_stays_within_its_limit_and_evicts_keys_that_are_not_read()
    {
        Offer("asked-for", 1);
        for (var number = 0; number < 1_000; number++)
        {
            Offer($"{number}", 1);
            Assert.That(Find("asked-for"), Is.True);
            Assert.That(_keys.Bytes, Is.InRange(1, 10_000));
        }
        Assert.That((Find("0"), Find("999")), Is.EqualTo((false, true)));
    }

    [Test]
    public void A_key_that_grows_by_a_change_evicts_others()
    {
        Offer("k", 1);
        Assert.That(Find("k"), Is.True);
        Apply(Put("k", 2, bytes: 50_000));

        Assert.That(_keys.Bytes, Is.LessThanOrEqualTo(10_000));
        Assert.That(Find("k"), Is.False);
    }

    [Test]
    public void A_read_from_before_an_applied_change_is_not_cached()
    {
        Apply(Put("other", 5));

        Offer("k", 4);
        Assert.That(Find("k"), Is.False);
        Offer("k", 5);
        Assert.That(Find("k"), Is.True);
    }

    // Another change of the same message or revision may follow.
    [Test]
    public void A_read_from_before_a_change_is_not_cached_while_its_revision_is_incomplete()
    {
        _keys.Apply([Put("k", 5)]);

        Offer("k", 4);
        Assert.That(Find("k"), Is.False);
    }

    [Test]
    public void A_key_that_is_not_read_between_two_changes_is_evicted()
    {
        Offer("k", 1);
        Assert.That(Find("k"), Is.True);
        Apply(Put("k", 2, bytes: 1_000));
        var held = _keys.Bytes;
        Apply(Put("k", 3, bytes: 1_000));

        Assert.That(Find("k"), Is.False);
        Assert.That(_keys.Bytes, Is.LessThan(held - 1_000));
        Offer("k", 3);
        Assert.That(Find("k"), Is.True);
    }

    [Test]
    public void A_change_before_the_read_changes_nothing()
    {
        Offer("k", 7);
        Apply(Put("k", 6));

        Assert.That(_keys.TryGet(StoreKey.FromText("k"), out var kv, out var since), Is.True);
        Assert.That((kv!.ModRevision, since), Is.EqualTo((7, 7)));
    }

    [Test]
    public void A_deletion_is_kept_as_an_absent_key()
    {
        Offer("k", 1);
        Assert.That(Find("k"), Is.True);
        Apply(new EtcdEvent { Type = EtcdEvent.Types.EventType.Delete, Kv = Kv("k", 2, bytes: 0) });

        Assert.That(_keys.TryGet(StoreKey.FromText("k"), out var kv, out var since), Is.True);
        Assert.That((kv, since), Is.EqualTo(((EtcdKeyValue?)null, 2)));
    }

    [Test]
    public void A_value_that_takes_too_much_room_is_not_cached()
    {
        Offer("k", 1, bytes: 2_000);
        Assert.That((Find("k"), _keys.Bytes), Is.EqualTo((false, 0)));
    }

    // The managed memory of a full cache, of keys and values of usual sizes and of absent keys.
    [TestCase(256)]
    [TestCase(16)]
    [TestCase(0)]
    [NonParallelizable]
    public void A_full_cache_uses_as_much_memory_as_it_reports(int bytes)
    {
        const int Size = 16 * 1024 * 1024;
        // Other tests leave work in this process, which disturbs a measurement now and then, but not the median.
        var ratios = Enumerable.Range(0, 5).Select(_ => Used(Size, bytes) / (double)Size).Order().ToArray();

        Assert.That(ratios[2], Is.InRange(0.9, 1.1));
    }

    private long Used(int size, int bytes)
    {
        _keys = Full(size, bytes);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var with = GC.GetTotalMemory(forceFullCollection: true);
        _keys = null!;
        return with - GC.GetTotalMemory(forceFullCollection: true);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static CachedKeys Full(int size, int bytes)
    {
        var keys = new CachedKeys(size);
        for (var number = 0; keys.Bytes < size * 0.99; number++)
        {
            var name = $"/kvstore/kv/default/default/user:{number:D9}";
            // As it is read from the network: each with bytes of its own.
            var kv = bytes == 0 ? null : EtcdKeyValue.Parser.ParseFrom(Kv(name, 1, bytes).ToByteArray());
            keys.Offer(StoreKey.FromText(name), kv, 1);
        }
        return keys;
    }

    private bool Find(string key) => _keys.TryGet(StoreKey.FromText(key), out _, out _);

    private void Offer(string key, long revision, int bytes = 100) =>
        _keys.Offer(StoreKey.FromText(key), Kv(key, revision, bytes), revision);

    private void Apply(EtcdEvent change)
    {
        _keys.Apply(new RepeatedField<EtcdEvent> { change });
        _keys.Advance(change.Kv.ModRevision);
    }

    private static EtcdEvent Put(string key, long revision, int bytes = 100) => new() { Kv = Kv(key, revision, bytes) };

    private static EtcdKeyValue Kv(string key, long revision, int bytes) => new()
    {
        Key = ByteString.CopyFromUtf8(key),
        Value = ByteString.CopyFrom(new byte[bytes]),
        CreateRevision = revision,
        ModRevision = revision,
        Version = 1,
    };
}
