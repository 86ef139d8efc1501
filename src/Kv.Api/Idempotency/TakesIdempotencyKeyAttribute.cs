using Kv.Api.OpenApi.Attributes;

namespace Kv.Api.Idempotency;

/// <summary>A call takes the header <see cref="IdempotencyHeader.Name"/>.</summary>
/// <param name="more">A further sentence of the description.</param>
internal sealed class TakesIdempotencyKeyAttribute(string more = "") : RequestHeaderAttribute(
    IdempotencyHeader.Name,
    "A key of the caller's choice: for a day, a request with the same key is executed once and gets the same answer."
    + more);
