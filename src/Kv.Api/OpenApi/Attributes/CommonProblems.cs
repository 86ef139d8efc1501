using Kv.Api.Errors;

namespace Kv.Api.OpenApi.Attributes;

/// <summary>The request is invalid.</summary>
internal sealed class ProducesInvalidInputAttribute() : ProducesProblemAttribute(
    StatusCodes.Status400BadRequest, "The request is invalid; `errors` names the field and the limit.");

/// <summary>The store is unavailable.</summary>
internal sealed class ProducesStoreUnavailableAttribute() : ProducesProblemAttribute(
    StatusCodes.Status503ServiceUnavailable, "The store cannot be reached.");

/// <summary>The store is unavailable, and the outcome of a write may be unknown.</summary>
internal sealed class ProducesStoreUnavailableForWritesAttribute() : ProducesProblemAttribute(
    StatusCodes.Status503ServiceUnavailable,
    "The store cannot be reached. With `KV-Outcome: unknown` a write may have happened.");

/// <summary>The body is too large.</summary>
internal sealed class ProducesBodyTooLargeAttribute() : ProducesProblemAttribute(
    StatusCodes.Status413PayloadTooLarge, "The body is larger than any valid value needs.");

/// <summary>The media type of the body is not that of JSON.</summary>
internal sealed class ProducesNotJsonAttribute() : ProducesProblemAttribute(
    StatusCodes.Status415UnsupportedMediaType, "The body is not `application/json`.");

/// <summary>The store is full.</summary>
internal sealed class ProducesStoreFullAttribute() : ProducesProblemAttribute(
    StatusCodes.Status507InsufficientStorage, "The store is full. Reads still work.");

/// <summary>The store or the tenant's quota is full.</summary>
internal sealed class ProducesNoRoomAttribute() : ProducesProblemAttribute(
    StatusCodes.Status507InsufficientStorage,
    "The store is full, or the write exceeds the tenant's quota (see `error`). Reads still work.");

/// <summary>A condition of a write does not hold.</summary>
internal sealed class ProducesNotWrittenAttribute() : ProducesProblemAttribute(
    StatusCodes.Status412PreconditionFailed, "`If-Match` or `If-None-Match` does not hold; nothing was written.");

/// <summary>The idempotency key belongs to a different request.</summary>
internal sealed class ProducesKeyReusedAttribute() : ProducesProblemAttribute(
    StatusCodes.Status422UnprocessableEntity, "The `Idempotency-Key` was used for a different request.");

/// <summary>The webhook does not exist.</summary>
internal sealed class ProducesWebhookNotFoundAttribute : ProducesProblemAttribute
{
    public ProducesWebhookNotFoundAttribute()
        : base(StatusCodes.Status404NotFound, "The webhook does not exist.") => Error = Problems.WebhookNotFound;
}
