using Microsoft.AspNetCore.Http.Features;

namespace Kv.Api.Gateway;

/// <summary>
/// Removes the path base from a request's path, if the gateway did not remove it, and adds it to links in either case.
/// The framework's own middleware does not change the raw target, from which Kv reads keys.
/// </summary>
internal sealed class PathBaseMiddleware(RequestDelegate next, string pathBase)
{
    private readonly PathString _pathBase = new(pathBase);

    public Task Invoke(HttpContext context)
    {
        var request = context.Request;
        var target = RequestTarget.OriginForm(context);
        if (target.StartsWith(pathBase, StringComparison.Ordinal)
            && (target.Length == pathBase.Length || target[pathBase.Length] is '/' or '?'))
        {
            var rest = target[pathBase.Length..];
            context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget =
                rest.StartsWith('/') ? rest : $"/{rest}";
            // The server resolves ".." in the path but not in the raw target, so with some keys the path has another
            // prefix.
            if (request.Path.StartsWithSegments(_pathBase, StringComparison.Ordinal, out var path))
                request.Path = path.HasValue ? path : new PathString("/");
            request.PathBase = request.PathBase.Add(_pathBase);
        }
        else if (!request.PathBase.HasValue)
        {
            // The gateway removed the path base without sending X-Forwarded-Prefix.
            request.PathBase = _pathBase;
        }
        return next(context);
    }
}
