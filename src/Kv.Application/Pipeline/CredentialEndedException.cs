namespace Kv.Application.Pipeline;

/// <summary>The credential of a call was revoked or expired during the call.</summary>
public sealed class CredentialEndedException() : Exception(Explanation)
{
    /// <summary>The message.</summary>
    public const string Explanation = "The credential is not good any more.";
}
