using FluentValidation;
using Kv.Application.Tenants;
using Kv.Domain;
using Kv.Domain.Tenants;
using Kv.Domain.Watching;
using Kv.Domain.Webhooks;
using MediatR;

namespace Kv.Application.Watching;

/// <summary>Opens a watch over a key, or over every key with a prefix. Whoever asked for it disposes of it.</summary>
/// <param name="Namespace">The tenant's namespace.</param>
/// <param name="AppName">The tenant's app.</param>
/// <param name="Pattern">A key, or a prefix with a wildcard behind it.</param>
/// <param name="Since">The revision after which to begin; null for now.</param>
public sealed record WatchKeys(string Namespace, string AppName, string Pattern, long? Since)
    : IRequest<IKeyChangeWatch>, ITenantRequest;

internal sealed class WatchKeysValidator : AbstractValidator<WatchKeys>
{
    public WatchKeysValidator(Limits limits)
    {
        RuleFor(request => request.Pattern)
            .Must(pattern => Text.Length(pattern) <= limits.MaxKeyLength + 1)
            .WithMessage($"Key too long (max {limits.MaxKeyLength} characters)")
            .Must(Text.IsWellFormed).WithMessage("Key must be well-formed Unicode")
            .OverridePropertyName("prefix");
        RuleFor(request => request.Since)
            .Must(since => since is null or >= 0).WithMessage("Since must be a revision, 0 or more");
        this.RuleForTenant(limits);
    }
}

internal sealed class WatchKeysHandler(IKeyChangeFeed feed) : IRequestHandler<WatchKeys, IKeyChangeWatch>
{
    public Task<IKeyChangeWatch> Handle(WatchKeys request, CancellationToken cancellationToken) => feed.Open(
        Tenant.Of(request.Namespace, request.AppName), KeyPattern.Of(request.Pattern), request.Since, cancellationToken);
}
