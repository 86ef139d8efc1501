namespace Kv.Api.Errors;

/// <summary>Too many calls of one tenant have values copied within the store.</summary>
internal sealed class TooManyCopiesException(string message) : Exception(message);
