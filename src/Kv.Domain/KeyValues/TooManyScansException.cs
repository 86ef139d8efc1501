namespace Kv.Domain.KeyValues;

/// <summary>The call has waited too long behind other calls that read the past.</summary>
public sealed class TooManyScansException() : Exception(
    "Other calls already read the past; repeat this call later, with the same cursor.");
