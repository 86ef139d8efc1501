using FluentValidation;
using Kv.Api.Http;
using Kv.Application.Pipeline;
using Kv.Domain.Idempotency;

namespace Kv.Api.Idempotency;

/// <summary>The header of idempotent requests (draft-ietf-httpapi-idempotency-key-header).</summary>
internal static class IdempotencyHeader
{
    public const string Name = "Idempotency-Key";
    private const string Replayed = "Idempotency-Replayed";

    /// <summary>
    /// The key, sent with or without the quotes of a structured field; null when the header is absent.
    /// </summary>
    /// <exception cref="ValidationException">
    /// The header occurs more than once, or is empty, too long or not ASCII.
    /// </exception>
    public static string? IdempotencyKey(this HttpRequest request)
    {
        if (request.Header(Name)?.Trim() is not { } key)
            return null;
        if (key is ['"', .. var quoted, '"'])
            key = quoted;
        return key.Length is > 0 and <= IdempotentRequest.MaxKeyLength && key.All(c => c is >= ' ' and <= '~')
            ? key
            : throw InvalidInput.In(
                Name, $"{Name} must be 1 to {IdempotentRequest.MaxKeyLength} printable ASCII characters");
    }

    /// <summary>Marks an answer as the stored answer of an earlier request.</summary>
    public static void SetReplayed(this HttpResponse response) => response.Headers[Replayed] = "true";

    /// <summary>The error of calls that do not support the header: ignoring it would look like support.</summary>
    public const string NotTaken =
        $"{Name} has no effect on this call: only POST /kv, POST /txn and POST /webhooks take it";
}
