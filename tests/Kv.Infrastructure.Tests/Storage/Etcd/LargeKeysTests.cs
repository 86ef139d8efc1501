using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Etcd;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>Keys with large values, which have reads of their own.</summary>
internal sealed class LargeKeysTests
{
    private const int Large = 64 * 1024;

    private static readonly StoreKey Key = StoreKey.FromText("large");
    private static readonly StoreKey Other = StoreKey.FromText("other");

    [Test]
    public void A_key_is_large_while_its_last_value_is()
    {
        var keys = new LargeKeys();
        Assert.That(keys.Contains(Key), Is.False);
        keys.Note(Key, Large);
        Assert.That(keys.Contains(Key), Is.True);
        Assert.That(keys.Contains(Other), Is.False);
        keys.Note(Other, 1);
        Assert.That(keys.Contains(Key), Is.True);
        keys.Note(Key, Large - 1);
        Assert.That(keys.Contains(Key), Is.False);
    }

    [Test]
    public void Many_large_keys_take_no_more_memory()
    {
        var keys = new LargeKeys();
        for (var number = 0; number < 100_000; number++)
            keys.Note(StoreKey.FromText($"{number}"), Large);
        var found = Enumerable.Range(0, 100_000).Count(number => keys.Contains(StoreKey.FromText($"{number}")));

        Assert.That(found, Is.InRange(1, 4_096 + 100));
    }
}
