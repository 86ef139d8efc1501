using Kv.Domain.Audit;

namespace Kv.Api.Operation;

/// <summary>Who asks, by the HTTP request that is being answered.</summary>
internal sealed class HttpActor(IHttpContextAccessor http) : IActor
{
    private const string Anonymous = "anonymous";

    public string Name =>
        http.HttpContext?.User.Identity is { IsAuthenticated: true, Name: { Length: > 0 } name } ? name : Anonymous;

    public string? Address => http.HttpContext?.Connection.RemoteIpAddress?.ToString();
}
