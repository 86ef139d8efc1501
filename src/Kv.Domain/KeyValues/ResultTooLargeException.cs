namespace Kv.Domain.KeyValues;

/// <summary>The values that a call reads exceed the limit of one answer; nothing was done.</summary>
/// <param name="limit">The maximum number of value bytes.</param>
/// <param name="remedy">An alternative for the caller.</param>
public sealed class ResultTooLargeException(long limit, string remedy)
    : Exception($"The values to read exceed {limit} bytes, the limit of one call; {remedy}.");
