namespace Kv.Domain.Storage;

/// <summary>What room the store has, as far as it tells.</summary>
/// <param name="Used">The bytes that it takes, with what it keeps free within for later writes; null where it does not tell.</param>
/// <param name="Left">The bytes that it can grow by; null where it does not tell.</param>
/// <param name="Refusal">Why it has no room for writes, for an operator to read; null when it has.</param>
public sealed record StoreSpace(long? Used, long? Left, string? Refusal);
