namespace Kv.Api.Errors;

/// <summary>Too many changes of times to live of one tenant wait already.</summary>
/// <param name="most">How many may wait.</param>
internal sealed class TooManyTtlChangesException(int most) : Exception(
    $"{most} changes of times to live of this namespace and app wait already; nothing was done. Try again.");
