using Kv.Domain.KeyValues;

namespace Kv.Domain.Webhooks;

/// <summary>The owner's settings of a webhook: its trigger, message and endpoint.</summary>
public sealed record WebhookSettings
{
    /// <summary>The allowed HTTP methods.</summary>
    public static readonly IReadOnlyList<string> Methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"];

    /// <summary>The default method.</summary>
    public const string DefaultMethod = "POST";

    /// <summary>The longest endpoint, in characters.</summary>
    public const int MaxEndpointLength = 2048;

    /// <summary>The most headers of a webhook.</summary>
    public const int MaxHeaders = 50;

    /// <summary>The longest value of a header, in characters.</summary>
    public const int MaxHeaderLength = 4096;

    /// <summary>The largest payload, in bytes of its JSON.</summary>
    public const int MaxPayloadBytes = 64 * 1024;

    /// <summary>The longest timeout of an attempt, in seconds.</summary>
    public const int MaxTimeoutSeconds = 30;

    /// <summary>The keys that trigger the webhook.</summary>
    public required KeyPattern Pattern { get; init; }

    /// <summary>The kinds of change that trigger the webhook.</summary>
    public required EventFilter Events { get; init; }

    /// <summary>The URL to call: an absolute http or https URL.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The HTTP method, in capital letters; one of <see cref="Methods"/>.</summary>
    public string Method { get; init; } = DefaultMethod;

    /// <summary>Additional headers. Their values may be credentials, so they are never logged.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>A JSON object (UTF-8) whose members are added at the top level of the body; empty for none.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Whether the body contains the change, in the member <c>event</c>.</summary>
    public bool AddEventData { get; init; }

    /// <summary>Whether to skip updates that set the same value.</summary>
    public bool ChangedOnly { get; init; }

    /// <summary>Whether the body also contains the key's previous state.</summary>
    public bool IncludePrevious { get; init; }

    /// <summary>
    /// The timeout of one attempt, from connecting to the end of the answer, in seconds, 1 to 30; null for the
    /// deployment's default.
    /// </summary>
    public int? TimeoutSeconds { get; init; }

    /// <summary>Whether a text can be an endpoint: an absolute http or https URL with a host.</summary>
    public static bool IsEndpoint(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && HasHost(uri)
        && !Text.HasControlCharacter(text);

    // A name that is invalid in IDNA (RFC 5891), or empty after normalisation, cannot be dialled.
    private static bool HasHost(Uri uri)
    {
        try
        {
            return uri.IdnHost.Length > 0;
        }
        catch (UriFormatException)
        {
            return false;
        }
    }

    /// <summary>
    /// Whether a text is a valid header value: only visible ASCII characters, spaces and tabs, which HTTP transmits
    /// unchanged (RFC 9110, section 5.5).
    /// </summary>
    public static bool IsHeaderValue(string text) => text.All(c => c is >= ' ' and <= '~' or '\t');
}
