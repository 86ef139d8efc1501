namespace Kv.Api.Errors;

/// <summary>The limit of unsent bytes, or of the bytes of bodies, is reached.</summary>
/// <param name="error">The problem's <c>error</c>.</param>
/// <param name="detail">The explanation.</param>
internal sealed class TooManyBytesHeldException(string error, string detail) : Exception(detail)
{
    public string Error { get; } = error;
}
