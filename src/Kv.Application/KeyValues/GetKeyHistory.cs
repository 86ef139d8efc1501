using FluentValidation;
using Kv.Application.Access;
using Kv.Application.Tenants;
using Kv.Domain;
using Kv.Domain.Access;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using MediatR;

namespace Kv.Application.KeyValues;

/// <summary>Reads what happened to a key, the newest first, as far back as the store keeps it.</summary>
/// <param name="Namespace">The tenant's namespace.</param>
/// <param name="AppName">The tenant's app.</param>
/// <param name="Key">The key.</param>
/// <param name="Limit">How much of it at most.</param>
public sealed record GetKeyHistory(string Namespace, string AppName, string Key, int Limit) : IRequest<KeyHistory>, ITenantRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Allow(AccessVerbs.Read, this, Key);
}

internal sealed class GetKeyHistoryValidator : AbstractValidator<GetKeyHistory>
{
    private const int MaxLimit = 100;

    public GetKeyHistoryValidator(Limits limits)
    {
        RuleFor(request => request.Key).Key(limits);
        RuleFor(request => request.Limit)
            .Must(limit => limit is >= 1 and <= MaxLimit).WithMessage($"Limit must be between 1 and {MaxLimit}");
        this.RuleForTenant(limits);
    }
}

internal sealed class GetKeyHistoryHandler(IKeyValueHistory history) : IRequestHandler<GetKeyHistory, KeyHistory>
{
    public Task<KeyHistory> Handle(GetKeyHistory request, CancellationToken cancellationToken) => history.Read(
        Tenant.Of(request.Namespace, request.AppName), Domain.KeyValues.Key.Of(request.Key), request.Limit, cancellationToken);
}
