namespace Kv.Api.Gateway;

/// <summary>The target of a request, as it was sent.</summary>
internal static class RequestTarget
{
    /// <summary>
    /// The path and the query of a target, which may also come with scheme and host, as it was sent to a proxy (RFC 9112, section 3.2.2).
    /// </summary>
    public static string OriginForm(string target)
    {
        if (target.StartsWith('/'))
            return target;
        var authority = target.IndexOf("://", StringComparison.Ordinal);
        var path = authority < 0 ? -1 : target.IndexOf('/', authority + 3);
        return path < 0 ? target : target[path..];
    }
}
