using System.Text;

namespace Kv.Infrastructure.Storage;

/// <summary>A key of the store: bytes, equal and ordered byte for byte.</summary>
internal readonly struct StoreKey(ReadOnlyMemory<byte> bytes) : IEquatable<StoreKey>, IComparable<StoreKey>
{
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    public ReadOnlySpan<byte> Span => Bytes.Span;

    public static StoreKey FromText(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>The first key after this one: this key followed by a zero byte.</summary>
    public StoreKey Next()
    {
        var next = new byte[Bytes.Length + 1];
        Span.CopyTo(next);
        return new StoreKey(next);
    }

    public bool Equals(StoreKey other) => Span.SequenceEqual(other.Span);

    public override bool Equals(object? obj) => obj is StoreKey other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    public int CompareTo(StoreKey other) => Span.SequenceCompareTo(other.Span);

    public override string ToString() => Encoding.UTF8.GetString(Span);
}
