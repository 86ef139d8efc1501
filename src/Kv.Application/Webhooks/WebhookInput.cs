using Kv.Application.Idempotency;

namespace Kv.Application.Webhooks;

/// <summary>A caller's settings of a webhook. Null means not given.</summary>
public sealed record WebhookInput
{
    /// <summary>
    /// The mask that answers contain in place of a secret or a header's value. In a change, it keeps the stored value.
    /// </summary>
    public const string Masked = "********";

    /// <summary>The key, or the prefix with a wildcard; empty means not given.</summary>
    public string? Key { get; init; }

    /// <summary>The names of the events.</summary>
    public IReadOnlyList<string>? Events { get; init; }

    /// <summary>The URL; empty means not given.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The HTTP method, in any letter case; empty means not given.</summary>
    public string? Method { get; init; }

    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>The payload: a JSON object, or empty for none.</summary>
    public ReadOnlyMemory<byte>? Payload { get; init; }

    /// <summary>Whether the body contains the change.</summary>
    public bool? AddEventData { get; init; }

    /// <summary>Whether to skip updates that set the same value.</summary>
    public bool? ChangedOnly { get; init; }

    /// <summary>Whether the body contains the key's previous state.</summary>
    public bool? IncludePrevious { get; init; }

    /// <summary>The timeout of an attempt, in seconds; 0 for the deployment's default.</summary>
    public long? TimeoutSeconds { get; init; }

    /// <summary>The secret in its written form; empty for none.</summary>
    public string? Secret { get; init; }

    /// <summary>"active" or "disabled".</summary>
    public string? Status { get; init; }

    internal void AddTo(Fingerprint fingerprint)
    {
        fingerprint.Add(Key).Add(Endpoint).Add(Method).Add(Status).Add(Secret)
            .Add(AddEventData is true ? 1 : 0).Add(ChangedOnly is true ? 1 : 0).Add(IncludePrevious is true ? 1 : 0)
            .Add(TimeoutSeconds ?? 0)
            .Add(Payload.GetValueOrDefault().Span);
        foreach (var name in Events ?? [])
            fingerprint.Add("event").Add(name);
        foreach (var (name, value) in (Headers ?? new Dictionary<string, string>())
            .OrderBy(header => header.Key, StringComparer.Ordinal))
            fingerprint.Add("header").Add(name).Add(value);
    }
}

/// <summary>A request with a webhook's settings.</summary>
internal interface IWebhookInputRequest
{
    WebhookInput Input { get; }
}
