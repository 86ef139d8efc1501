namespace Kv.Domain.KeyValues;

/// <summary>The call has waited too long behind other calls that read the past.</summary>
public sealed class TooManyScansException() : Exception(
    "Other calls that read the past had all turns for 5 s. Repeat this call, with its cursor if it had one.");
