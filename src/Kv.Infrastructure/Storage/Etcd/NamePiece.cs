using System.Buffers;
using System.Runtime.InteropServices;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>The names of all keys of a range, as they were at a revision.</summary>
/// <param name="Names">The names as <see cref="Write"/> has written them.</param>
/// <param name="Longest">The length of the longest name.</param>
internal sealed record NamePiece(KeyRange Range, long Revision, byte[] Names, int Longest)
{
    // A smaller piece counts as much, so there are never very many.
    private const int LeastBytes = 16 * 1024;

    /// <summary>The memory that it counts for.</summary>
    public int Bytes => Math.Max(LeastBytes, 250 + Names.Length + Range.Start.Bytes.Length + Range.End.Bytes.Length);

    /// <summary>Writes a name: how many bytes it shares with the last one, its length, and its other bytes.</summary>
    /// <param name="last">The bytes of the last name, and behind them those of longer ones.</param>
    public static void Write(ArrayBufferWriter<byte> names, ReadOnlySpan<byte> name, ref byte[] last)
    {
        if (last.Length < name.Length)
            Array.Resize(ref last, name.Length);
        var shared = name.CommonPrefixLength(last);
        names.Write(MemoryMarshal.AsBytes<int>([shared, name.Length]));
        names.Write(name[shared..]);
        name.CopyTo(last);
    }

    /// <summary>How many of its names are in a range; null if the filter selects one of these.</summary>
    public int? CountWithout(KeyFilter filter, KeyRange range)
    {
        var (name, count) = (new byte[Longest], 0);
        for (ReadOnlySpan<byte> rest = Names; !rest.IsEmpty;)
        {
            var (shared, length) = (MemoryMarshal.Read<int>(rest), MemoryMarshal.Read<int>(rest[sizeof(int)..]));
            rest = rest[(2 * sizeof(int))..];
            rest[..(length - shared)].CopyTo(name.AsSpan(shared));
            rest = rest[(length - shared)..];
            var key = new StoreKey(name.AsMemory(0, length));
            if (!range.Contains(key))
                continue;
            if (filter(key.Span))
                return null;
            count++;
        }
        return count;
    }
}
