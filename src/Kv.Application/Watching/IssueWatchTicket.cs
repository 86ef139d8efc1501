using Kv.Application.KeyValues;
using Kv.Domain.Watching;

namespace Kv.Application.Watching;

/// <summary>Issues a ticket that opens a watch in place of a credential.</summary>
/// <param name="Prefix">The prefix of the keys to watch; empty for all keys.</param>
public sealed record IssueWatchTicket(string Namespace, string AppName, string Prefix, string Credential)
    : IRequest<string>, IPrefixRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Allow(AccessVerbs.Read, this, Prefix);
}

internal sealed class IssueWatchTicketValidator(Limits limits) : PrefixValidator<IssueWatchTicket>(limits);

internal sealed class IssueWatchTicketHandler(IWatchTickets tickets) : IRequestHandler<IssueWatchTicket, string>
{
    public Task<string> Handle(IssueWatchTicket request, CancellationToken cancellationToken) => tickets.Issue(
        new WatchTicket(request.Tenant(), request.Prefix, request.Credential), cancellationToken).AsTask();
}
