using FluentValidation;
using FluentValidation.Results;
using Kv.Api.KeyValues;
using Kv.Domain.Idempotency;

namespace Kv.Api.Idempotency;

/// <summary>The header that names a request which its caller may repeat (draft-ietf-httpapi-idempotency-key-header).</summary>
internal static class IdempotencyHeader
{
    public const string Name = "Idempotency-Key";
    private const string Replayed = "Idempotency-Replayed";

    /// <summary>The name, with or without the quotes of a structured field; null when there is none.</summary>
    /// <exception cref="ValidationException">It is there twice, empty, too long or not ASCII.</exception>
    public static string? IdempotencyKey(this HttpRequest request)
    {
        if (request.Header(Name)?.Trim() is not { } key)
            return null;
        if (key is ['"', .. var quoted, '"'])
            key = quoted;
        return key.Length is > 0 and <= IdempotentRequest.MaxKeyLength && key.All(c => c is >= ' ' and <= '~')
            ? key
            : throw Invalid($"{Name} must be 1 to {IdempotentRequest.MaxKeyLength} printable ASCII characters");
    }

    /// <summary>Says that an answer is the one to an earlier request.</summary>
    public static void SetReplayed(this HttpResponse response) => response.Headers[Replayed] = "true";

    /// <summary>The call does not take the header, and must not seem to.</summary>
    public static ValidationException NotTaken() =>
        Invalid($"{Name} is not taken by this call; only POST /kv, POST /txn and POST /webhooks can be repeated under a name");

    private static ValidationException Invalid(string message) => new([new ValidationFailure(Name, message)]);
}
