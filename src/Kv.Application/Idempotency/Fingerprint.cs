using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Kv.Domain.Idempotency;

namespace Kv.Application.Idempotency;

/// <summary>
/// Hashes the parts of a request that identify it. Each part is hashed with its length, so that different lists of
/// parts never produce the same input.
/// </summary>
internal sealed class Fingerprint : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>The idempotent request of a call; null without an idempotency key.</summary>
    /// <param name="parts">Adds the parts that identify the request, besides its call.</param>
    public static IdempotentRequest? Of(string? key, string call, Action<Fingerprint> parts)
    {
        if (key is null)
            return null;
        using var fingerprint = new Fingerprint();
        parts(fingerprint.Add(call));
        return new IdempotentRequest(key, fingerprint._hash.GetHashAndReset());
    }

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

    public void Dispose() => _hash.Dispose();
}
