namespace Kv.Api.Errors;

/// <summary>Other calls use all that they may use together: bytes of answers or of bodies, or turns to copy.</summary>
/// <param name="error">The problem's <c>error</c>.</param>
/// <param name="detail">The explanation.</param>
internal sealed class BusyException(string error, string detail) : Exception(detail)
{
    public string Error { get; } = error;
}
