using Kv.Domain.Quotas;

namespace Kv.Application.Quotas;

/// <summary>Reads a tenant's usage and quota. The result is null without quotas.</summary>
public sealed record GetUsage(string Namespace, string AppName)
    : IRequest<TenantUsage?>, ITenantRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Allow(AccessVerbs.Read, this);
}

internal sealed class GetUsageValidator(Limits limits) : TenantValidator<GetUsage>(limits);

internal sealed class GetUsageHandler(ITenantUsages usages) : IRequestHandler<GetUsage, TenantUsage?>
{
    public Task<TenantUsage?> Handle(GetUsage request, CancellationToken cancellationToken) =>
        Task.FromResult(usages.Find(request.Tenant()));
}
