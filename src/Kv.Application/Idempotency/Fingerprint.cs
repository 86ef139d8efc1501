using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Kv.Application.Idempotency;

/// <summary>
/// Hashes the parts of a request that identify it. Each part is hashed with its length, so that different lists of
/// parts never produce the same input.
/// </summary>
internal sealed class Fingerprint : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public Fingerprint Add(ReadOnlySpan<byte> part)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
        _hash.AppendData(length);
        _hash.AppendData(part);
        return this;
    }

    public Fingerprint Add(string? part) => part is null ? Add(-1) : Add(Encoding.UTF8.GetBytes(part));

    public Fingerprint Add(long part)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, part);
        return Add(bytes);
    }

    public byte[] Get() => _hash.GetHashAndReset();

    public void Dispose() => _hash.Dispose();
}
