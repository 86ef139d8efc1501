namespace Kv.Application.Access;

/// <summary>
/// The caller may not do this. The message is the same whatever it was, so that it tells nothing of what there is.
/// </summary>
public sealed class AccessDeniedException() : Exception(Explanation)
{
    /// <summary>The message.</summary>
    public const string Explanation = "The credentials do not allow this.";
}
