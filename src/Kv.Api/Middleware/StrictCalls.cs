using System.Buffers;
using FluentValidation.Results;
using Kv.Api.Errors;
using Kv.Api.Idempotency;
using Kv.Api.Tenants;
using Microsoft.Extensions.Primitives;

namespace Kv.Api.Middleware;

/// <summary>
/// Refuses unknown query parameters and unknown headers with Kv's prefix: a misspelt one would have no effect, and the
/// caller would not notice.
/// </summary>
internal sealed class StrictCalls
{
    private const string OwnPrefix = "KV-";

    private readonly RequestDelegate _next;
    private readonly TenantOptions _tenants;
    private readonly string[] _prefixes;

    public StrictCalls(RequestDelegate next, TenantOptions tenants)
    {
        (_next, _tenants) = (next, tenants);
        _prefixes = tenants.CommonPrefix is { } prefix && !prefix.Equals(OwnPrefix, StringComparison.OrdinalIgnoreCase)
            ? [OwnPrefix, prefix]
            : [OwnPrefix];
    }

    public Task Invoke(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<CallParameters>() is { } call
        && (UnknownQuery(context.Request, call) ?? UnknownHeader(context.Request.Headers, call)) is { } mistake
            ? Problems.Invalid([mistake], Problems.InvalidInput).WriteTo(context)
            : _next(context);

    private static ValidationFailure? UnknownQuery(HttpRequest request, CallParameters call)
    {
        if (!request.QueryString.HasValue)
            return null;
        foreach (var (name, _) in request.Query)
            if (!call.Query.Contains(name))
                return new ValidationFailure(
                    Domain.Text.Shown(name),
                    $"{Domain.Text.Shown(name)} is not a query parameter of this call ({Known(call.Query)})");
        return null;
    }

    // Copy the headers to a pooled array: enumerating them would allocate for each request.
    private ValidationFailure? UnknownHeader(IHeaderDictionary headers, CallParameters call)
    {
        var count = headers.Count;
        var all = ArrayPool<KeyValuePair<string, StringValues>>.Shared.Rent(count);
        try
        {
            headers.CopyTo(all, 0);
            foreach (var (name, _) in all.AsSpan(0, count))
                if (IsOwn(name) && !call.Headers.Contains(name) && !_tenants.Names(name))
                    return Unknown(name, call);
            return null;
        }
        finally
        {
            ArrayPool<KeyValuePair<string, StringValues>>.Shared.Return(all, clearArray: true);
        }
    }

    private bool IsOwn(string header)
    {
        foreach (var prefix in _prefixes)
            if (header.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                return true;
        return header.Equals(IdempotencyHeader.Name, StringComparison.OrdinalIgnoreCase);
    }

    private ValidationFailure Unknown(string header, CallParameters call)
    {
        var name = Domain.Text.Shown(header);
        return new ValidationFailure(name, header.Equals(IdempotencyHeader.Name, StringComparison.OrdinalIgnoreCase)
            ? IdempotencyHeader.NotTaken
            : $"{name} is not a header of this call "
                + $"({Known(call.Headers.Append(_tenants.NamespaceHeader).Append(_tenants.AppNameHeader))})");
    }

    private static string Known(IEnumerable<string> names) =>
        string.Join(", ", names.Order(StringComparer.Ordinal)) is { Length: > 0 } all
            ? $"it has {all}"
            : "this call has none";
}
