namespace Kv.Domain.Watching;

/// <summary>
/// Tickets for callers that cannot send credentials when they open a watch, for example a browser's <c>EventSource</c>.
/// A ticket is valid for <see cref="WatchTicket.Lifetime"/> and can be used once. Every replica accepts the tickets of
/// every other replica.
/// </summary>
public interface IWatchTickets
{
    /// <summary>Issues a ticket: an unguessable text.</summary>
    ValueTask<string> Issue(WatchTicket ticket, CancellationToken cancellationToken);

    /// <summary>Redeems a ticket, which invalidates it; null when the ticket is unknown, used or expired.</summary>
    ValueTask<WatchTicket?> Redeem(string text, CancellationToken cancellationToken);
}

/// <summary>The content of a ticket.</summary>
/// <param name="Tenant">The tenant whose keys may be watched.</param>
/// <param name="Prefix">The prefix of the keys; empty for all keys.</param>
/// <param name="Credential">
/// The credential of the caller that requested the ticket. The watch ends when the credential becomes invalid.
/// </param>
public sealed record WatchTicket(Tenant Tenant, string Prefix, string Credential)
{
    /// <summary>The validity of a ticket.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    /// <summary>Omits the credential.</summary>
    public override string ToString() => $"{Tenant} {Prefix}";
}
