namespace Kv.Domain.Webhooks;

/// <summary>What the owner of a webhook says of it: when it fires, and what it sends where.</summary>
public sealed record WebhookSettings
{
    /// <summary>The methods that a webhook may be called with.</summary>
    public static readonly IReadOnlyList<string> Methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"];

    /// <summary>The method where none is named.</summary>
    public const string DefaultMethod = "POST";

    /// <summary>The longest endpoint, in characters.</summary>
    public const int MaxEndpointLength = 2048;

    /// <summary>The most headers that a webhook may have.</summary>
    public const int MaxHeaders = 50;

    /// <summary>The longest value of a header, in characters.</summary>
    public const int MaxHeaderLength = 4096;

    /// <summary>The largest payload, in bytes of its JSON.</summary>
    public const int MaxPayloadBytes = 64 * 1024;

    /// <summary>The longest that a delivery may take, in seconds.</summary>
    public const int MaxTimeoutSeconds = 30;

    /// <summary>The keys that it is about.</summary>
    public required KeyPattern Pattern { get; init; }

    /// <summary>The changes that it is about.</summary>
    public required EventFilter Events { get; init; }

    /// <summary>Where it sends: an absolute http or https URL.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The HTTP method, in capital letters; one of <see cref="Methods"/>.</summary>
    public string Method { get; init; } = DefaultMethod;

    /// <summary>Headers of its own. Their values may be credentials: they are never shown or logged.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The JSON object (UTF-8) whose members stand at the top level of the body; empty for none.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Whether the body tells of the change, in the member <c>event</c>.</summary>
    public bool AddEventData { get; init; }

    /// <summary>Whether an update that sets the value that was there before is passed over.</summary>
    public bool ChangedOnly { get; init; }

    /// <summary>How long one delivery may take from connecting to the end of the answer, in seconds, 1 to 30; null for the deployment's default.</summary>
    public int? TimeoutSeconds { get; init; }

    /// <summary>Whether a text can be an endpoint: an absolute http or https URL with a host.</summary>
    public static bool IsEndpoint(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && uri.Host.Length > 0
        && !Text.HasControlCharacter(text);

    /// <summary>Whether a text can be the value of a header: no line breaks or other control characters, and only what HTTP carries unchanged (RFC 9110, section 5.5).</summary>
    public static bool IsHeaderValue(string text) => text.All(c => c is >= ' ' and <= '~' or '\t');

    /// <summary>Whether a header's name is a token (RFC 9110, section 5.6.2).</summary>
    public static bool IsHeaderName(string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || "-_.~!#$%&'*+^`|".Contains(c));

    /// <summary>Whether a header is Kv's own to set: what frames or signs a message cannot be overridden.</summary>
    public static bool IsReservedHeader(string name) =>
        Reserved.Contains(name)
        || name.StartsWith("webhook-", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("proxy-", StringComparison.OrdinalIgnoreCase);

    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Content-Length", "Content-Encoding", "Transfer-Encoding", "Connection", "Keep-Alive", "Upgrade", "TE",
        "Trailer", "Expect", "Accept-Encoding", "traceparent", "tracestate",
    };
}
