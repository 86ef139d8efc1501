using FluentValidation;
using Kv.Application.Idempotency;
using Kv.Domain;
using Kv.Domain.Access;
using Kv.Domain.KeyValues;

namespace Kv.Application.KeyValues;

/// <summary>What a caller asks to do with a key.</summary>
/// <param name="Kind">What.</param>
/// <param name="Key">The key.</param>
/// <param name="Value">The value to set, byte for byte.</param>
/// <param name="Ttl">Seconds until the key expires; 0 or null takes the deployment's default, which may be never.</param>
/// <param name="ContentType">The media type of the value; null for none.</param>
/// <param name="Condition">What must hold for it to be done.</param>
public sealed record KeyOperationInput(
    KeyOperationKind Kind, string Key, ReadOnlyMemory<byte> Value = default, long? Ttl = null, string? ContentType = null,
    Precondition Condition = default)
{
    internal AccessVerbs Verb => Kind switch
    {
        KeyOperationKind.Get => AccessVerbs.Read,
        KeyOperationKind.Set => AccessVerbs.Write,
        _ => AccessVerbs.Delete,
    };

    internal KeyOperation ToOperation(Limits limits) => new(
        Kind, Domain.KeyValues.Key.Of(Key), Value, new SetOptions(limits.TtlOf(Ttl), ContentType, Condition));

    internal void AddTo(Fingerprint fingerprint) => fingerprint
        .Add((int)Kind).Add(Key).Add(Value.Span).Add(Ttl ?? 0).Add(ContentType)
        .Add((int)Condition.Kind).Add(Condition.Revision);
}

internal sealed class KeyOperationInputValidator : AbstractValidator<KeyOperationInput>
{
    public KeyOperationInputValidator(Limits limits)
    {
        RuleFor(operation => operation.Key).Key(limits).OverridePropertyName("key")
            .When(operation => operation.Kind != KeyOperationKind.Set);
        When(operation => operation.Kind == KeyOperationKind.Set, () =>
        {
            RuleFor(operation => operation.Key).WritableKey(limits).OverridePropertyName("key");
            RuleFor(operation => operation.Value).Value(limits).OverridePropertyName("value");
            RuleFor(operation => operation.Ttl).Ttl(limits).OverridePropertyName("ttl");
            RuleFor(operation => operation.ContentType).ContentType().OverridePropertyName("content_type");
        });
    }
}
