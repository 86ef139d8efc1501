using System.Text;
using Kv.Domain.KeyValues;

namespace Kv.Domain.Quotas;

/// <summary>The usage of keys, or a change of it.</summary>
/// <param name="Bytes">The bytes of the keys (without the store's prefix, in UTF-8) and of their values.</param>
public readonly record struct Usage(long Keys, long Bytes)
{
    /// <summary>The usage of a key with a value of a given length.</summary>
    public static Usage ForKey(Key key, long valueBytes) => new(1, Encoding.UTF8.GetByteCount(key.Value) + valueBytes);

    /// <summary>The positive part of a change.</summary>
    public Usage Growth => new(Math.Max(0, Keys), Math.Max(0, Bytes));

    /// <summary>The larger number of keys and the larger number of bytes.</summary>
    public static Usage Max(Usage one, Usage other) =>
        new(Math.Max(one.Keys, other.Keys), Math.Max(one.Bytes, other.Bytes));

    /// <summary>The number that a kind of limit applies to.</summary>
    public long Count(QuotaKind kind) => kind switch
    {
        QuotaKind.Keys => Keys,
        QuotaKind.Bytes => Bytes,
    };

    /// <summary>The sum.</summary>
    public static Usage operator +(Usage one, Usage other) => new(one.Keys + other.Keys, one.Bytes + other.Bytes);

    /// <summary>The difference.</summary>
    public static Usage operator -(Usage one, Usage other) => new(one.Keys - other.Keys, one.Bytes - other.Bytes);
}
