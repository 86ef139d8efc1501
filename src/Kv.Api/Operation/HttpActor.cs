using Kv.Api.Access;
using Kv.Domain.Audit;

namespace Kv.Api.Operation;

/// <summary>Who asks, by the HTTP request that is being answered.</summary>
internal sealed class HttpActor(IHttpContextAccessor http) : IActor
{
    private const string Anonymous = "anonymous";

    public string Name => http.HttpContext?.Features.Get<Identity>()?.Name ?? Anonymous;

    public string? Address => http.HttpContext?.Connection.RemoteIpAddress?.ToString();
}
