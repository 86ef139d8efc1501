using Kv.Domain.Access;

namespace Kv.Api.Access;

/// <summary>Authenticates credentials.</summary>
internal interface IAuthenticator
{
    /// <summary>Authenticates a credential; null when it is invalid.</summary>
    /// <param name="credential">The credential, without the scheme.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    ValueTask<Identity?> Authenticate(string credential, CancellationToken cancellationToken);
}

/// <summary>An authenticated caller.</summary>
/// <param name="Principal">The principal.</param>
/// <param name="Grants">The grants.</param>
internal sealed record Identity(Principal Principal, Grants Grants);

/// <summary>The successful authentication of a request.</summary>
/// <param name="Identity">The caller.</param>
/// <param name="Credential">The credential.</param>
/// <param name="At">The time of the authentication, as a <see cref="TimeProvider.GetTimestamp"/>.</param>
/// <param name="IsByTicket">
/// Whether the request used a ticket, which allows less than the credential that it was issued for.
/// </param>
internal sealed record Admission(Identity Identity, string Credential, long At, bool IsByTicket = false);
