namespace Kv.Domain.Webhooks;

/// <summary>
/// The deployment's rules for the headers of webhooks. It reserves the headers that frame or sign a message, and those
/// that identify Kv's callers.
/// </summary>
/// <param name="ofCallers">The headers for the tenant and for credentials, as the deployment names them.</param>
public sealed class HeaderPolicy(params IEnumerable<string> ofCallers)
{
    // Headers that frame a message or belong to the connection (RFC 9110, section 7.6.1), and the trace headers that Kv
    // sets.
    private static readonly string[] OfMessages =
    [
        "Host", "Content-Length", "Content-Encoding", "Transfer-Encoding", "Connection", "Keep-Alive", "Upgrade", "TE",
        "Trailer", "Expect", "Accept-Encoding", "traceparent", "tracestate",
    ];

    private readonly HashSet<string> _reserved = new([.. OfMessages, .. ofCallers], StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether answers show the values of headers. Default false: they may be credentials.</summary>
    public bool AreShown { get; init; }

    /// <summary>
    /// Whether a webhook must not set a header. Kv does not send a reserved header even if a stored webhook has it.
    /// Letter case is ignored.
    /// </summary>
    public bool IsReserved(string name) =>
        _reserved.Contains(name)
        || name.StartsWith("webhook-", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("proxy-", StringComparison.OrdinalIgnoreCase);
}
