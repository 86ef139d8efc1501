namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// Remembers which keys had a large value when they were last read or written here. It has a fixed size: keys may
/// displace each other.
/// </summary>
internal sealed class LargeKeys
{
    private const int LargeBytes = 64 * 1024;

    private readonly int[] _hashes = new int[4_096];

    public bool Contains(StoreKey key)
    {
        var hash = key.GetHashCode();
        return hash != 0 && Volatile.Read(ref Place(hash)) == hash;
    }

    /// <summary>Notes the size of a value that was read or is written.</summary>
    public void Note(StoreKey key, int bytes)
    {
        var hash = key.GetHashCode();
        if (bytes >= LargeBytes)
            Volatile.Write(ref Place(hash), hash);
        else if (Contains(key))
            Volatile.Write(ref Place(hash), 0);
    }

    private ref int Place(int hash) => ref _hashes[(uint)hash % _hashes.Length];
}
