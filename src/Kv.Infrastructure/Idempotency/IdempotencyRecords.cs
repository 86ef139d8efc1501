using System.Security.Cryptography;
using System.Text;
using Kv.Domain.Idempotency;
using Kv.Domain.Tenants;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Idempotency;

/// <summary>
/// What is remembered of requests that may be repeated: the fingerprint, and what their answer needs. It is written in the same
/// transaction as what they did, so there is one exactly when that was done.
/// </summary>
internal sealed class IdempotencyRecords(KeyLayout layout, TimeProvider time)
{
    // Deadlines are rounded up to the hour, so that many share a lease.
    private const long Step = 60 * 60;

    public Compare IsNew(Tenant tenant, IdempotentRequest request) => Compare.Absent(Place(tenant, request));

    public Operation Put(Tenant tenant, IdempotentRequest request, ReadOnlySpan<byte> answer) => new Operation.Put(
        Place(tenant, request), (byte[])[.. request.Fingerprint.Span, .. answer],
        ((time.GetUtcNow() + IdempotentRequest.Retention).ToUnixTimeSeconds() / Step + 1) * Step);

    public Operation Read(Tenant tenant, IdempotentRequest request) => new Operation.Read(Place(tenant, request));

    public StoreKey Place(Tenant tenant, IdempotentRequest request) =>
        layout.Idempotency(tenant, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(request.Key))));

    /// <summary>What the answer needs, of a request that was made before.</summary>
    /// <exception cref="IdempotencyKeyReusedException">That was another request.</exception>
    public static ReadOnlyMemory<byte> Answer(Entry entry, IdempotentRequest request) =>
        entry.Value.Span.StartsWith(request.Fingerprint.Span)
            ? entry.Value[request.Fingerprint.Length..]
            : throw new IdempotencyKeyReusedException();
}
