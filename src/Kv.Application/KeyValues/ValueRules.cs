using FluentValidation;
using Kv.Domain;

namespace Kv.Application.KeyValues;

/// <summary>What holds for a value that is written, and for what is written with it.</summary>
internal static class ValueRules
{
    private const int MaxContentTypeLength = 255;

    public static IRuleBuilderOptions<TRequest, ReadOnlyMemory<byte>> Value<TRequest>(
        this IRuleBuilder<TRequest, ReadOnlyMemory<byte>> rule, Limits limits) => rule
        .Must(value => value.Length <= limits.MaxValueBytes)
        .WithMessage($"Value too large (max {limits.MaxValueBytes} bytes)");

    public static IRuleBuilderOptions<TRequest, long?> Ttl<TRequest>(
        this IRuleBuilder<TRequest, long?> rule, Limits limits) => rule
        .Must(ttl => ttl is null || (ttl >= 0 && ttl <= limits.MaxTtlSeconds))
        .WithMessage($"TTL must be between 0 and {limits.MaxTtlSeconds} seconds");

    /// <summary>Printable ASCII: it goes back into a header.</summary>
    public static IRuleBuilderOptions<TRequest, string?> ContentType<TRequest>(this IRuleBuilder<TRequest, string?> rule) => rule
        .Must(type => type is null || (type.Length is > 0 and <= MaxContentTypeLength && type.All(c => c is >= ' ' and <= '~')))
        .WithMessage($"Content type must be 1 to {MaxContentTypeLength} printable ASCII characters");

    /// <summary>The time to live that a caller's comes to, in seconds; null for ever. 0 and nothing take the deployment's default.</summary>
    public static long? TtlOf(this Limits limits, long? asked)
    {
        var ttl = asked is { } given and > 0 ? given : limits.DefaultTtlSeconds;
        return ttl > 0 ? ttl : null;
    }
}
