using Kv.Application.Idempotency;

namespace Kv.Application.Webhooks;

/// <summary>What a caller says of a webhook. What is null is not said.</summary>
public sealed record WebhookInput
{
    /// <summary>What stands in answers for a secret or the value of a header; given in a change, it leaves what is there as it is.</summary>
    public const string Masked = "********";

    /// <summary>The key, or the prefix with a wildcard; empty counts as not said.</summary>
    public string? Key { get; init; }

    /// <summary>The names of the events.</summary>
    public IReadOnlyList<string>? Events { get; init; }

    /// <summary>The URL; empty counts as not said.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The HTTP method, in any letter case; empty counts as not said.</summary>
    public string? Method { get; init; }

    /// <summary>All headers.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>The payload: a JSON object, or empty for none.</summary>
    public ReadOnlyMemory<byte>? Payload { get; init; }

    /// <summary>Whether the body tells of the change.</summary>
    public bool? AddEventData { get; init; }

    /// <summary>Whether updates that set the same value are passed over.</summary>
    public bool? ChangedOnly { get; init; }

    /// <summary>How long a delivery may take, in seconds; null within for the deployment's default.</summary>
    public Given<long?>? TimeoutSeconds { get; init; }

    /// <summary>The secret in its written form; null within for none.</summary>
    public Given<string?>? Secret { get; init; }

    /// <summary>"active" or "disabled".</summary>
    public string? Status { get; init; }

    internal void AddTo(Fingerprint fingerprint)
    {
        fingerprint.Add(Key).Add(Endpoint).Add(Method).Add(Status).Add(Secret?.Value)
            .Add(AddEventData is true ? 1 : 0).Add(ChangedOnly is true ? 1 : 0).Add(TimeoutSeconds?.Value ?? 0)
            .Add(Payload.GetValueOrDefault().Span);
        foreach (var name in Events ?? [])
            fingerprint.Add("event").Add(name);
        foreach (var (name, value) in (Headers ?? new Dictionary<string, string>()).OrderBy(header => header.Key, StringComparer.Ordinal))
            fingerprint.Add("header").Add(name).Add(value);
    }
}

/// <summary>A value that was given, even where it is null: what is not given is no <see cref="Given{T}"/>.</summary>
/// <param name="Value">The value.</param>
public readonly record struct Given<T>(T Value);

/// <summary>A request that says something of a webhook.</summary>
internal interface IWebhookRequest
{
    WebhookInput Input { get; }
}
