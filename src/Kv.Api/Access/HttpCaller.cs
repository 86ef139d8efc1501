using Kv.Application.Access;
using Kv.Domain.Access;

namespace Kv.Api.Access;

/// <summary>The caller of the present HTTP request, as <see cref="AccessGate"/> has found out. Outside of a request, nobody.</summary>
internal sealed class HttpCaller(IHttpContextAccessor accessor) : ICaller
{
    public Grants Grants => accessor.HttpContext?.Features.Get<Identity>()?.Grants ?? Grants.None;
}
