using Kv.Domain.Access;

namespace Kv.Domain.Webhooks;

/// <summary>A tenant's registration for calls when keys change.</summary>
public sealed class Webhook(
    Guid id, Tenant tenant, WebhookSettings settings, long createdAt, Principal? registeredBy = null)
{
    /// <summary>The time for which a rotated secret still signs, together with the new one.</summary>
    public static readonly TimeSpan SecretOverlap = TimeSpan.FromDays(1);

    /// <summary>
    /// The id. It identifies the webhook within its tenant; two tenants have the same id only if records were copied in
    /// the store.
    /// </summary>
    public Guid Id { get; } = id;

    /// <summary>The owner.</summary>
    public Tenant Tenant { get; } = tenant;

    /// <summary>The owner's settings.</summary>
    public WebhookSettings Settings { get; private set; } = settings;

    /// <summary>The time of registration, in Unix seconds.</summary>
    public long CreatedAt { get; } = createdAt;

    /// <summary>
    /// The principal that is responsible for the endpoint: it registered the webhook, set the present endpoint, or
    /// enabled the webhook last. Null when it is unknown: the webhook was registered without credentials or by
    /// simple-golang-kv.
    /// </summary>
    public Principal? RegisteredBy { get; private set; } = registeredBy;

    /// <summary>The revision at which the webhook was read; 0 before it is stored.</summary>
    public long Revision { get; init; }

    /// <summary>The revision at which the webhook was registered; 0 before it is stored.</summary>
    public long CreateRevision { get; init; }

    /// <summary>The secret that signs the messages; null for unsigned messages.</summary>
    public WebhookSecret? Secret { get; private set; }

    /// <summary>The previous secret. It also signs until <see cref="PreviousSecretUntil"/>.</summary>
    public WebhookSecret? PreviousSecret { get; private set; }

    /// <summary>The Unix second until which <see cref="PreviousSecret"/> signs.</summary>
    public long PreviousSecretUntil { get; private set; }

    /// <summary>The reason why the webhook is disabled, for its owner to read; null while it is active.</summary>
    public string? DisabledReason { get; private set; }

    /// <summary>The number of deliveries lost to a full backlog since the webhook was last enabled.</summary>
    public long Dropped { get; private set; }

    /// <summary>The Unix second of the first loss; 0 without losses.</summary>
    public long DroppedSince { get; private set; }

    /// <summary>Whether the webhook is enabled.</summary>
    public bool IsActive => DisabledReason is null;

    /// <summary>
    /// Changes the settings. A secret belongs to the endpoint's origin, so a new origin removes the secret. The
    /// principal that changes the endpoint becomes responsible for it.
    /// </summary>
    public void Change(WebhookSettings settings, Principal? by)
    {
        if (settings.Endpoint != Settings.Endpoint)
            RegisteredBy = by;
        if (!WebhookEndpoint.IsSameOrigin(settings.Endpoint, Settings.Endpoint))
            SetSecret(null);
        Settings = settings;
    }

    /// <summary>Sets the only secret; null for no signatures.</summary>
    public void SetSecret(WebhookSecret? secret) => (Secret, PreviousSecret, PreviousSecretUntil) = (secret, null, 0);

    /// <summary>
    /// Replaces the secret. The previous secret also signs for <see cref="SecretOverlap"/>, so that receivers can
    /// switch.
    /// </summary>
    public void RotateSecret(WebhookSecret secret, DateTimeOffset now) =>
        (Secret, PreviousSecret, PreviousSecretUntil) =
            (secret, Secret, Secret is null ? 0 : (now + SecretOverlap).ToUnixTimeSeconds());

    /// <summary>Restores the secrets from the stored record.</summary>
    public void RestoreSecrets(WebhookSecret? secret, WebhookSecret? previous, long previousUntil) =>
        (Secret, PreviousSecret, PreviousSecretUntil) = (secret, previous, previousUntil);

    /// <summary>Disables the webhook.</summary>
    /// <param name="reason">The reason, for the owner to read.</param>
    public void Disable(string reason) => DisabledReason = reason;

    /// <summary>
    /// Enables the webhook for changes from now on and resets the count of losses. If it was disabled, the principal
    /// becomes responsible for it.
    /// </summary>
    public void Enable(Principal? by)
    {
        (Dropped, DroppedSince) = (0, 0);
        if (IsActive)
            return;
        DisabledReason = null;
        RegisteredBy = by;
    }

    /// <summary>Adds lost deliveries to the count.</summary>
    /// <param name="since">The Unix second of the first loss. An earlier recorded time is kept.</param>
    public void AddDropped(long count, long since) =>
        (Dropped, DroppedSince) = (Dropped + count, DroppedSince == 0 ? since : DroppedSince);

    /// <summary>Whether the webhook receives a change of one of its tenant's keys.</summary>
    public bool Matches(Watching.KeyChanged change) =>
        IsActive
        && Settings.Events.Matches(change.Kind)
        && !(Settings.ChangedOnly && change is Watching.KeyUpdated { IsSameValue: true })
        && Settings.Pattern.Matches(change.Key.Value);

    /// <summary>The value of the header <c>webhook-signature</c>; null for an unsigned message.</summary>
    /// <inheritdoc cref="WebhookSecret.Sign" path="/param"/>
    public string? Sign(string id, long timestamp, ReadOnlySpan<byte> body)
    {
        if (Secret is null)
            return null;
        var signature = Secret.Sign(id, timestamp, body);
        return PreviousSecret is { } previous && timestamp < PreviousSecretUntil
            ? $"{signature} {previous.Sign(id, timestamp, body)}"
            : signature;
    }
}
