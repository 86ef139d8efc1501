using Kv.Domain.KeyValues;

namespace Kv.Domain.Tests.KeyValues;

internal sealed class KeyValueTests
{
    [Test]
    public void A_key_value_holds_the_fields_of_the_stored_entry()
    {
        var expiry = new Expiry(1_800_000_000, 60);
        var keyValue = new KeyValue(Key.Parse("key"), "value"u8.ToArray(), expiry, revision: 7);

        Assert.That(keyValue.Key, Is.EqualTo(Key.Parse("key")));
        Assert.That(keyValue.Value.ToArray(), Is.EqualTo("value"u8.ToArray()));
        Assert.That(keyValue.Expiry, Is.EqualTo(expiry));
        Assert.That(keyValue.Revision, Is.EqualTo(7));
    }
}
