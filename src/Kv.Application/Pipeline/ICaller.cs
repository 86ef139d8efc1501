namespace Kv.Application.Pipeline;

/// <summary>The caller of the current request.</summary>
public interface ICaller
{
    /// <summary>The principal; null without authentication, and at the command line.</summary>
    Principal? Principal { get; }

    /// <summary>
    /// The caller's present grants; <see cref="Domain.Access.Grants.None"/> without a valid credential.
    /// </summary>
    /// <exception cref="CredentialEndedException">The credential ended during the request.</exception>
    ValueTask<Grants> Grants(CancellationToken cancellationToken);
}

/// <summary>
/// A caller that may do everything: any caller without authentication, and the operator at the command line.
/// </summary>
internal sealed class AnyCaller : ICaller
{
    public Principal? Principal => null;

    public ValueTask<Grants> Grants(CancellationToken cancellationToken) => new(Domain.Access.Grants.All);
}
