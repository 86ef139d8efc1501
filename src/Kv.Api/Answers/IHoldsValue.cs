namespace Kv.Api.Answers;

/// <summary>A JSON object with the member <c>value</c>, which may be large enough to be sent in parts.</summary>
/// <typeparam name="TSelf">The object's type.</typeparam>
internal interface IHoldsValue<out TSelf>
{
    /// <summary>The bytes of the value; null without a value.</summary>
    ReadOnlyMemory<byte>? Value { get; }

    /// <summary>A copy with an empty value.</summary>
    TSelf WithEmptyValue();
}
