using Microsoft.AspNetCore.Http.Features;

namespace Kv.Api.Gateway;

/// <summary>The raw target of a request.</summary>
internal static class RequestTarget
{
    /// <summary>
    /// The path and query of the target. The target may have the absolute form with scheme and host (RFC 9112, section
    /// 3.2.2).
    /// </summary>
    public static string OriginForm(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (target.StartsWith('/'))
            return target;
        var authority = target.IndexOf("://", StringComparison.Ordinal);
        if (authority < 0)
            return target;
        // The authority ends where the path or the query begins: "http://host?/kv/a" has no path.
        var end = target.AsSpan(authority + 3).IndexOfAny('/', '?');
        if (end < 0)
            return "/";
        var rest = target[(authority + 3 + end)..];
        return rest[0] == '/' ? rest : $"/{rest}";
    }
}
