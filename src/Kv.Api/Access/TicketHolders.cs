using Kv.Domain.Access;
using Kv.Domain.Watching;

namespace Kv.Api.Access;

/// <summary>Marks a call that accepts a ticket instead of a credential.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TakesTicketAttribute : Attribute;

/// <summary>Authenticates tickets. The grants are limited to the keys of the ticket.</summary>
internal sealed class TicketHolders(IWatchTickets tickets, IAuthenticator authenticator)
{
    /// <summary>The query parameter for a ticket.</summary>
    public const string Parameter = "ticket";

    /// <summary>
    /// Redeems a ticket and returns the credential that it was issued for; null when the ticket or the credential is
    /// invalid.
    /// </summary>
    public async ValueTask<(string Credential, Identity Identity)?> Redeem(
        string text, CancellationToken cancellationToken)
    {
        if (await tickets.Redeem(text, cancellationToken) is not { } ticket
            || await authenticator.Authenticate(ticket.Credential, cancellationToken) is not { } issuer)
            return null;
        var (space, app) = (ticket.Tenant.Namespace, ticket.Tenant.AppName);
        if (!issuer.Grants.Allow(AccessVerbs.Read, space, app, ticket.Prefix))
            return null;
        return (ticket.Credential, issuer with
        {
            Grants = new Grants(isAdministrator: false, [new Grant(space, app, ticket.Prefix, AccessVerbs.Read)]),
        });
    }
}
