namespace Kv.Api.Errors;

/// <summary>The limit of unsent bytes is reached.</summary>
/// <param name="most">The limit in bytes.</param>
internal sealed class TooMuchUnsentException(long most) : Exception(
    $"The limit for unsent answers is reached ({most} bytes in all; a namespace and app may hold as much as it leaves "
    + "free). Read the answers that are open, or try again.");
