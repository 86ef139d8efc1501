namespace Kv.Domain.Webhooks;

/// <summary>The rules for the addresses that webhooks may use.</summary>
public interface IWebhookTargets
{
    /// <summary>The beginning of the error of an attempt at an address that the rules refuse.</summary>
    const string NotAllowed = "The target is not allowed:";

    /// <summary>
    /// Checks an endpoint that contains an IP address. A host name is checked when it is dialled, by its addresses at
    /// that time.
    /// </summary>
    /// <returns>The rule that refuses the endpoint, in words; null when it is allowed.</returns>
    /// <exception cref="StoreUnavailableException">The store does not report its own addresses.</exception>
    ValueTask<string?> Refusal(string endpoint, CancellationToken cancellationToken);
}
