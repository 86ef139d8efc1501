using FluentValidation;
using Kv.Api.Gateway;
using Kv.Application.Pipeline;

namespace Kv.Api.Http;

/// <summary>
/// Reads the key (or the pattern of webhooks) from the path as the caller sent it. The server decodes a path except for
/// <c>%2F</c>, and resolves <c>..</c>. A key may contain any character, so it is decoded here, once, from the raw
/// target.
/// </summary>
internal sealed class KeyPath(RequestDelegate next)
{
    /// <summary>The query parameter that means a key whose name ends in <c>*</c> instead of a prefix.</summary>
    internal const string Literal = "literal";

    /// <summary>The path prefixes that a key or a pattern of webhooks follows.</summary>
    internal static readonly string[] Prefixes = ["/kv", "/webhooks", "/history"];

    public Task Invoke(HttpContext context)
    {
        var target = RequestTarget.OriginForm(context);
        foreach (var area in Prefixes)
        {
            if (target.StartsWith(area, StringComparison.Ordinal) && target.AsSpan(area.Length).StartsWith('/'))
            {
                var query = target.IndexOf('?', StringComparison.Ordinal);
                var start = area.Length + 1;
                var encoded = target.AsSpan(start, (query < 0 ? target.Length : query) - start);
                // Most keys are not encoded, and the server's path is already the same.
                if (encoded.Contains('%')
                    || !target.AsSpan(0, start + encoded.Length).SequenceEqual(context.Request.Path.Value))
                    context.Request.Path = new PathString($"{area}/{Decode(encoded)}");
                break;
            }
            if (context.Request.Path.StartsWithSegments(area, StringComparison.OrdinalIgnoreCase, out var rest)
                && rest.HasValue)
            {
                // Only another spelling of the prefix ("/x/../kv/a", "/KV/a") leads here: refuse it, because the server
                // has decoded the key.
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            }
        }
        return next(context);
    }

    /// <summary>The key as encoded in the path; null when it is not encoded.</summary>
    public static string? Encoded(HttpContext context)
    {
        var path = RequestTarget.OriginForm(context).AsSpan();
        path = path.IndexOf('?') is >= 0 and var query ? path[..query] : path;
        foreach (var area in Prefixes)
            if (path.StartsWith(area, StringComparison.Ordinal) && path[area.Length..].StartsWith('/')
                && path.Contains('%'))
                return path[(area.Length + 1)..].ToString();
        return null;
    }

    /// <exception cref="ValidationException">The text is not percent-encoded UTF-8 (RFC 3986, section 2.1).</exception>
    internal static string Decode(ReadOnlySpan<char> encoded) => !encoded.Contains('%')
        ? encoded.ToString()
        : PathSpelling.Decode(encoded)
            ?? throw InvalidInput.In(
                "key", "Key must be percent-encoded UTF-8: a '%' needs two hexadecimal digits behind it");
}
