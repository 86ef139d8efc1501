using System.Text;
using System.Text.Unicode;
using FluentValidation;
using FluentValidation.Results;
using Kv.Api.Gateway;
using Microsoft.AspNetCore.Http.Features;

namespace Kv.Api.KeyValues;

/// <summary>
/// Takes the key (or the pattern of webhooks) from the path as the caller wrote it. The server decodes a path but leaves <c>%2F</c> as it is, and
/// resolves <c>..</c>; a key may hold any character, so it is decoded here from the request's own target, once and whole.
/// </summary>
internal sealed class KeyPath(RequestDelegate next)
{
    /// <summary>Where paths go on with a key, or a pattern of webhooks.</summary>
    internal static readonly string[] Areas = ["/kv", "/webhooks", "/history"];

    public Task Invoke(HttpContext context)
    {
        var target = RequestTarget.OriginForm(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        foreach (var area in Areas)
        {
            if (target.StartsWith(area, StringComparison.Ordinal) && target.AsSpan(area.Length).StartsWith('/'))
            {
                var query = target.IndexOf('?', StringComparison.Ordinal);
                var start = area.Length + 1;
                var encoded = target.AsSpan(start, (query < 0 ? target.Length : query) - start);
                // Most keys are written as they are, and the server has the same path already.
                if (encoded.Contains('%') || !target.AsSpan(0, start + encoded.Length).SequenceEqual(context.Request.Path.Value))
                    context.Request.Path = new PathString($"{area}/{Decode(encoded)}");
                break;
            }
            if (context.Request.Path.StartsWithSegments(area, StringComparison.OrdinalIgnoreCase, out var rest) && rest.HasValue)
            {
                // Only another spelling of the path ("/x/../kv/a", "/KV/a") leads here: the key in it cannot be trusted.
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            }
        }
        return next(context);
    }

    /// <exception cref="ValidationException">It is not the percent-encoding of UTF-8 text (RFC 3986, section 2.1).</exception>
    internal static string Decode(ReadOnlySpan<char> encoded)
    {
        if (!encoded.Contains('%'))
            return encoded.ToString();
        // The server refuses targets that are not ASCII, so a character is a byte.
        var bytes = new byte[encoded.Length];
        var length = 0;
        for (var i = 0; i < encoded.Length; i++)
        {
            if (encoded[i] != '%')
                bytes[length++] = (byte)encoded[i];
            else if (i + 2 < encoded.Length && char.IsAsciiHexDigit(encoded[i + 1]) && char.IsAsciiHexDigit(encoded[i + 2]))
            {
                bytes[length++] = (byte)(Convert.FromHexString(encoded.Slice(i + 1, 2))[0]);
                i += 2;
            }
            else
                throw Malformed("Key must be percent-encoded: a '%' needs two hexadecimal digits behind it");
        }
        var text = bytes.AsSpan(0, length);
        return Utf8.IsValid(text)
            ? Encoding.UTF8.GetString(text)
            : throw Malformed("Key must be percent-encoded UTF-8");
    }

    private static ValidationException Malformed(string message) => new([new ValidationFailure("key", message)]);
}
