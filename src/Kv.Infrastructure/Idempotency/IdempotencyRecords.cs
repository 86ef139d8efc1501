using System.Security.Cryptography;
using System.Text;
using Kv.Domain.Idempotency;
using Kv.Domain.Quotas;

namespace Kv.Infrastructure.Idempotency;

/// <summary>
/// The records of idempotent requests: the fingerprint, and the data of the answer. A record is written in the same
/// transaction as the request's writes, so it exists exactly when they were applied.
/// </summary>
internal sealed class IdempotencyRecords(KeyLayout layout, TimeProvider time)
{
    // Deadlines are rounded up to the hour, so that many share a lease.
    private const long Step = 60 * 60;

    public Compare IsNew(Tenant tenant, IdempotentRequest request) => Compare.Absent(Place(tenant, request));

    public Operation Put(Tenant tenant, IdempotentRequest request, ReadOnlySpan<byte> answer) => new Operation.Put(
        Place(tenant, request), (byte[])[.. request.Fingerprint.Span, .. answer],
        SharedDeadline.After(time.GetUtcNow() + IdempotentRequest.Retention, Step));

    public StoreKey Place(Tenant tenant, IdempotentRequest request) =>
        layout.Idempotency(tenant, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(request.Key))));

    /// <summary>The usage of a record without its value.</summary>
    public static Usage UsageOfName { get; } = new(0, 2 * SHA256.HashSizeInBytes);

    /// <summary>The usage of a record, which counts as its tenant's.</summary>
    /// <param name="answerBytes">The size of the data of its answer.</param>
    public static Usage UsageOf(IdempotentRequest request, int answerBytes) =>
        UsageOfName + new Usage(0, request.Fingerprint.Length + answerBytes);

    /// <summary>The data of the answer to an earlier request.</summary>
    /// <exception cref="IdempotencyKeyReusedException">The earlier request was another one.</exception>
    public static ReadOnlyMemory<byte> Answer(Entry entry, IdempotentRequest request) =>
        entry.Value.Span.StartsWith(request.Fingerprint.Span)
            ? entry.Value[request.Fingerprint.Length..]
            : throw new IdempotencyKeyReusedException();
}
