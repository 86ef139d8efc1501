namespace Kv.Domain.Deliveries;

/// <summary>The request of an attempt, without its method and address, which are the webhook's.</summary>
/// <param name="Headers">
/// The headers without those of the connection. They may contain credentials, and the signature.
/// </param>
/// <param name="Body">The first bytes of the body, at most <see cref="MaxBodyBytes"/>, as text.</param>
public sealed record SentRequest(IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>The maximum number of bytes kept of a body.</summary>
    public const int MaxBodyBytes = 4096;
}
