namespace Kv.Application.Pipeline;

/// <summary>The credential of a call was revoked or expired during the call.</summary>
public sealed class CredentialEndedException() : Exception(Explanation)
{
    public const string Explanation = "The credential was revoked or has expired.";
}
