using System.Text;
using Kv.Domain.KeyValues;

namespace Kv.Domain.Quotas;

/// <summary>How much keys take up, or how much more or less they come to take up.</summary>
/// <param name="Keys">How many keys.</param>
/// <param name="Bytes">How many bytes: of the keys, as callers know them, in UTF-8, and of their values.</param>
public readonly record struct Usage(long Keys, long Bytes)
{
    /// <summary>What a key takes up with a value of so many bytes.</summary>
    public static Usage Of(Key key, long valueBytes) => new(1, Encoding.UTF8.GetByteCount(key.Value) + valueBytes);

    /// <summary>What is more in it than nothing.</summary>
    public Usage Growth => new(Math.Max(0, Keys), Math.Max(0, Bytes));

    /// <summary>The larger of each.</summary>
    public static Usage Max(Usage one, Usage other) => new(Math.Max(one.Keys, other.Keys), Math.Max(one.Bytes, other.Bytes));

    /// <summary>How much of a kind it is.</summary>
    public long Of(QuotaKind kind) => kind == QuotaKind.Keys ? Keys : Bytes;

    /// <summary>Both together.</summary>
    public static Usage operator +(Usage one, Usage other) => new(one.Keys + other.Keys, one.Bytes + other.Bytes);

    /// <summary>The one without the other.</summary>
    public static Usage operator -(Usage one, Usage other) => new(one.Keys - other.Keys, one.Bytes - other.Bytes);
}
