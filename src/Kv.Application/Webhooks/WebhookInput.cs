using Kv.Application.Idempotency;

namespace Kv.Application.Webhooks;

/// <summary>A caller's settings of a webhook. Null means not given.</summary>
/// <param name="Key">The key, or the prefix with a wildcard; empty means not given.</param>
/// <param name="Endpoint">The URL; empty means not given.</param>
/// <param name="Method">The HTTP method, in any letter case; empty means not given.</param>
/// <param name="Payload">The payload: a JSON object, or empty for none.</param>
/// <param name="AddEventData">Whether the body contains the change.</param>
/// <param name="ChangedOnly">Whether to skip updates that set the same value.</param>
/// <param name="IncludePrevious">Whether the body contains the key's previous state.</param>
/// <param name="TimeoutSeconds">The timeout of an attempt, in seconds; 0 for the deployment's default.</param>
/// <param name="Secret">The secret in its written form; empty for none.</param>
/// <param name="Status">"active" or "disabled".</param>
public sealed record WebhookInput(
    string? Key = null,
    IReadOnlyList<string>? Events = null,
    string? Endpoint = null,
    string? Method = null,
    IReadOnlyDictionary<string, string>? Headers = null,
    ReadOnlyMemory<byte>? Payload = null,
    bool? AddEventData = null,
    bool? ChangedOnly = null,
    bool? IncludePrevious = null,
    long? TimeoutSeconds = null,
    string? Secret = null,
    string? Status = null)
{
    /// <summary>
    /// The mask that answers contain in place of a secret or a header's value. In a change, it keeps the stored value.
    /// </summary>
    public const string Masked = "********";

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
