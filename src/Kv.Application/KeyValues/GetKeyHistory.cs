namespace Kv.Application.KeyValues;

/// <summary>Reads the history of a key, newest change first, as far back as the store keeps revisions.</summary>
/// <param name="Before">
/// Only changes before this revision, which the previous page returned; null for the newest.
/// </param>
public sealed record GetKeyHistory(string Namespace, string AppName, string Key, long? Before, int Limit)
    : IRequest<KeyHistory>, ITenantRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Allow(AccessVerbs.Read, this, Key);
}

internal sealed class GetKeyHistoryValidator : AbstractValidator<GetKeyHistory>
{
    private const int MaxLimit = 100;

    public GetKeyHistoryValidator(Limits limits)
    {
        RuleFor(request => request.Key).Key(limits);
        RuleFor(request => request.Before)
            .Must(before => before is null or >= 1)
            .WithMessage("Cursor must be the unchanged cursor of a page of this history")
            .OverridePropertyName("cursor");
        RuleFor(request => request.Limit).PageLimit(MaxLimit);
        this.RuleForTenant(limits);
    }
}

internal sealed class GetKeyHistoryHandler(IKeyValueHistory history) : IRequestHandler<GetKeyHistory, KeyHistory>
{
    public Task<KeyHistory> Handle(GetKeyHistory request, CancellationToken cancellationToken) => history.Read(
        request.Tenant(), Domain.KeyValues.Key.Parse(request.Key), request.Before, request.Limit, cancellationToken);
}
