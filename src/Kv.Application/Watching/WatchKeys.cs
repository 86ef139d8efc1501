using Kv.Application.KeyValues;
using Kv.Domain.Watching;

namespace Kv.Application.Watching;

/// <summary>Opens a watch on a key, or on every key with a prefix. The caller must dispose the watch.</summary>
/// <param name="Prefix">The prefix of the keys; empty for all keys.</param>
/// <param name="Key">A single key; null to watch the prefix.</param>
/// <param name="Since">The revision after which the watch begins; null for now.</param>
public sealed record WatchKeys(string Namespace, string AppName, string Prefix, string? Key, long? Since)
    : IRequest<IKeyChangeWatch>, ITenantRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Allow(AccessVerbs.Read, this, Key ?? Prefix);
}

internal sealed class WatchKeysValidator : AbstractValidator<WatchKeys>
{
    public WatchKeysValidator(Limits limits)
    {
        RuleFor(request => request.Prefix).KeyPrefix(limits);
        When(request => request.Key is not null, () =>
        {
            RuleFor(request => request.Key!)
                .Key(limits)
                .Must(key => !key.EndsWith(Domain.KeyValues.Key.Wildcard))
                .WithMessage("Key must not end in '*': prefix is for many keys");
            RuleFor(request => request.Prefix)
                .Must(prefix => prefix.Length == 0).WithMessage("Prefix and key must not be given together");
        });
        RuleFor(request => request.Since)
            .Must(since => since is null or >= 0).WithMessage("Since must be a revision, 0 or more");
        this.RuleForTenant(limits);
    }
}

internal sealed class WatchKeysHandler(IKeyChangeFeed feed) : IRequestHandler<WatchKeys, IKeyChangeWatch>
{
    public Task<IKeyChangeWatch> Handle(WatchKeys request, CancellationToken cancellationToken) => feed.Open(
        request.Tenant(),
        KeyPattern.Parse(request.Key ?? $"{request.Prefix}{Domain.KeyValues.Key.Wildcard}"),
        request.Since, cancellationToken);
}
