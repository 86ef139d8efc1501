namespace Kv.Application.KeyValues;

/// <summary>Rules for a written value, its time to live and its content type.</summary>
internal static class ValueRules
{
    private const int MaxContentTypeLength = 255;

    public static IRuleBuilderOptions<TRequest, ReadOnlyMemory<byte>> Value<TRequest>(
        this IRuleBuilder<TRequest, ReadOnlyMemory<byte>> rule, Limits limits) => rule
        .Must(value => value.Length <= limits.MaxValueBytes)
        .WithMessage($"Value too large (max {limits.MaxValueBytes} bytes)");

    public static IRuleBuilderOptions<TRequest, TimeToLive> Ttl<TRequest>(
        this IRuleBuilder<TRequest, TimeToLive> rule, Limits limits) => rule
        .Must(ttl => ttl.Seconds >= 0 && ttl.Seconds <= limits.MaxTtlSeconds)
        .WithMessage($"TTL must be between 0 and {limits.MaxTtlSeconds} seconds");

    /// <summary>Requires printable ASCII, because answers send the content type in a header.</summary>
    public static IRuleBuilderOptions<TRequest, string?> ContentType<TRequest>(
        this IRuleBuilder<TRequest, string?> rule) => rule
        .Must(type =>
            type is null || (type.Length is > 0 and <= MaxContentTypeLength && type.All(c => c is >= ' ' and <= '~')))
        .WithMessage($"Content type must be 1 to {MaxContentTypeLength} printable ASCII characters");
}
