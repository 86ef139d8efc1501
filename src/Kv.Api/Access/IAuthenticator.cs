using Kv.Domain.Access;

namespace Kv.Api.Access;

/// <summary>Tells whose a credential is.</summary>
internal interface IAuthenticator
{
    /// <summary>What its holder may do; null when it is no good (any more).</summary>
    /// <param name="credential">What the caller sent, without the name of a scheme.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    ValueTask<Identity?> Authenticate(string credential, CancellationToken cancellationToken);
}

/// <summary>Who makes a request.</summary>
/// <param name="Name">A name for logs, which is no secret: the id of an API key, or the subject of a token.</param>
/// <param name="Grants">What they may do.</param>
internal sealed record Identity(string Name, Grants Grants);
