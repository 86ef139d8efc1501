namespace Kv.Api.Errors;

/// <summary>
/// The challenges of answers to callers that are not authenticated or not authorized (RFC 6750, section 3).
/// </summary>
internal static class Challenges
{
    /// <summary>The challenge for a request without a credential.</summary>
    public const string Bearer = "Bearer realm=\"kv\"";

    /// <summary>The challenge for an invalid credential (section 3.1).</summary>
    public const string InvalidToken = $"{Bearer}, error=\"invalid_token\"";

    /// <summary>The challenge for a credential that does not allow the request (section 3.1).</summary>
    public const string InsufficientScope = $"{Bearer}, error=\"insufficient_scope\"";
}
