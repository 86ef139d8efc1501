using Kv.Api.Errors;

namespace Kv.Api.Hosting;

/// <summary>Refuses requests for another host (RFC 9110, section 7.4).</summary>
internal static class AllowedHosts
{
    /// <param name="hosts">The allowed hosts; null for any.</param>
    public static IApplicationBuilder UseAllowedHosts(this IApplicationBuilder app, IReadOnlySet<string>? hosts) =>
        hosts is null ? app : app.Use((context, next) =>
            hosts.Contains(context.Request.Host.Host) ? next(context)
            : Problems.Create(
                StatusCodes.Status400BadRequest, Problems.InvalidInput,
                $"Host must be one of {string.Join(", ", hosts)}; ALLOWED_HOSTS allows others").WriteTo(context));
}
