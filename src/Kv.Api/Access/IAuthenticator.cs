using Kv.Domain.Access;

namespace Kv.Api.Access;

/// <summary>Authenticates credentials.</summary>
internal interface IAuthenticator
{
    /// <summary>Authenticates a credential; null when it is invalid.</summary>
    /// <param name="credential">The credential, without the scheme.</param>
    ValueTask<Identity?> Authenticate(string credential, CancellationToken cancellationToken);
}

/// <summary>An authenticated caller.</summary>
internal sealed record Identity(Principal Principal, Grants Grants);

/// <summary>The successful authentication of a request.</summary>
/// <param name="At">The time of the authentication, as a <see cref="TimeProvider.GetTimestamp"/>.</param>
/// <param name="IsByTicket">
/// Whether the request used a ticket, which allows less than the credential that it was issued for.
/// </param>
internal sealed record Admission(Identity Identity, string Credential, long At, bool IsByTicket = false);
