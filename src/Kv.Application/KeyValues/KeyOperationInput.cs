using Kv.Application.Idempotency;
using Kv.Domain.Transactions;

namespace Kv.Application.KeyValues;

/// <summary>A requested operation on a key.</summary>
/// <param name="Value">The value to set, byte for byte.</param>
/// <param name="ContentType">The media type of the value; null for none.</param>
public sealed record KeyOperationInput(
    KeyOperationKind Kind, string Key, ReadOnlyMemory<byte> Value = default, TimeToLive Ttl = default,
    string? ContentType = null, Precondition Condition = default)
{
    internal AccessVerbs Verb => Kind switch
    {
        KeyOperationKind.Get => AccessVerbs.Read,
        KeyOperationKind.Set => AccessVerbs.Write,
        KeyOperationKind.Delete => AccessVerbs.Delete,
    };

    internal KeyOperation ToOperation(Limits limits) => new(
        Kind, Domain.KeyValues.Key.Parse(Key), Value, new SetOptions(Ttl.In(limits), ContentType, Condition));

    internal void AddTo(Fingerprint fingerprint) => fingerprint
        .Add((int)Kind).Add(Key).Add(Value.Span).Add(Ttl.IsNever ? -1 : Ttl.Seconds).Add(ContentType)
        .Add((int)Condition.Kind).Add(Condition.Revision);
}

internal sealed class KeyOperationInputValidator : AbstractValidator<KeyOperationInput>
{
    public KeyOperationInputValidator(Limits limits)
    {
        RuleFor(operation => operation.Key).Key(limits).OverridePropertyName("key")
            .When(operation => !operation.Kind.StoresValue());
        When(operation => operation.Kind.StoresValue(), () =>
        {
            RuleFor(operation => operation.Key).WritableKey(limits).OverridePropertyName("key");
            RuleFor(operation => operation.Value).Value(limits).OverridePropertyName("value");
            RuleFor(operation => operation.Ttl).Ttl(limits).OverridePropertyName("ttl");
            RuleFor(operation => operation.ContentType).ContentType().OverridePropertyName("content_type");
        });
    }
}
