using Kv.Api.Access;
using Kv.Domain.Audit;

namespace Kv.Api.Audit;

/// <summary>The caller of the current HTTP request, for the audit.</summary>
internal sealed class HttpActor(IHttpContextAccessor http) : IActor
{
    public string Name => http.HttpContext?.Features.Get<Admission>()?.Identity.Principal.Name ?? "anonymous";

    public string? Address => http.HttpContext?.Connection.RemoteIpAddress?.ToString();
}
