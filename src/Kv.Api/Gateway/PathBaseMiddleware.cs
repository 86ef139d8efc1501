using Microsoft.AspNetCore.Http.Features;

namespace Kv.Api.Gateway;

/// <summary>
/// Takes the path under which callers reach Kv off a request's path, where a gateway left it there, and makes links begin with it
/// in either case. The framework's own middleware leaves the raw target alone, from which keys are read.
/// </summary>
internal sealed class PathBaseMiddleware(RequestDelegate next, string pathBase)
{
    private readonly PathString _pathBase = new(pathBase);

    public Task Invoke(HttpContext context)
    {
        var request = context.Request;
        var feature = context.Features.GetRequiredFeature<IHttpRequestFeature>();
        var target = RequestTarget.OriginForm(feature.RawTarget);
        if (target.StartsWith(pathBase, StringComparison.Ordinal)
            && (target.Length == pathBase.Length || target[pathBase.Length] is '/' or '?'))
        {
            var rest = target[pathBase.Length..];
            feature.RawTarget = rest.StartsWith('/') ? rest : $"/{rest}";
            // The server resolves ".." in the path but not in the target, so a key may have led it elsewhere.
            if (request.Path.StartsWithSegments(_pathBase, StringComparison.Ordinal, out var path))
                request.Path = path.HasValue ? path : new PathString("/");
            request.PathBase = request.PathBase.Add(_pathBase);
        }
        else if (!request.PathBase.HasValue)
        {
            // A gateway took it off, and did not say so by X-Forwarded-Prefix.
            request.PathBase = _pathBase;
        }
        return next(context);
    }
}
