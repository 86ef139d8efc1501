using Kv.Application.Pipeline;
using Kv.Domain.Access;

namespace Kv.Api.Access;

/// <summary>
/// The caller of the current HTTP request, authenticated by <see cref="AccessGate"/>. Outside of a request there is no
/// caller.
/// </summary>
internal sealed class HttpCaller(IHttpContextAccessor accessor, IAuthenticator authenticator, TimeProvider time)
    : ICaller
{
    public Principal? Principal => Admission?.Identity.Principal;

    private Admission? Admission => accessor.HttpContext?.Features.Get<Admission>();

    public ValueTask<Grants> Grants(CancellationToken cancellationToken) => Admission switch
    {
        null => new(Domain.Access.Grants.None),
        { } admission when time.GetElapsedTime(admission.At) < LongLivedCalls.CheckInterval =>
            new(admission.Identity.Grants),
        { } admission => Reauthenticate(admission, cancellationToken),
    };

    // Receiving the body took longer than the credential may go unchecked: authenticate again.
    private async ValueTask<Grants> Reauthenticate(Admission admission, CancellationToken cancellationToken) =>
        await authenticator.Authenticate(admission.Credential, cancellationToken) is { } identity
            ? (admission.IsByTicket ? admission.Identity.Grants : identity.Grants)
            : throw new CredentialEndedException();
}
