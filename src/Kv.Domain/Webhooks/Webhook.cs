using Kv.Domain.Tenants;

namespace Kv.Domain.Webhooks;

/// <summary>A tenant's wish to be called when keys change.</summary>
public sealed class Webhook
{
    /// <summary>How long a secret that was replaced still signs, beside the new one.</summary>
    public static readonly TimeSpan SecretOverlap = TimeSpan.FromDays(1);

    /// <summary>Registers a webhook.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="settings">What its owner says of it.</param>
    /// <param name="createdAt">The second of Unix time at which it was registered.</param>
    public Webhook(Guid id, Tenant tenant, WebhookSettings settings, long createdAt)
    {
        Id = id;
        Tenant = tenant;
        Settings = settings;
        CreatedAt = createdAt;
    }

    /// <summary>The id; with its tenant it names the webhook. Two tenants share one only where records were copied in the store.</summary>
    public Guid Id { get; }

    /// <summary>Whose it is.</summary>
    public Tenant Tenant { get; }

    /// <summary>What its owner says of it.</summary>
    public WebhookSettings Settings { get; private set; }

    /// <summary>The second of Unix time at which it was registered.</summary>
    public long CreatedAt { get; }

    /// <summary>The revision of the store at which it was read; 0 while it is not stored.</summary>
    public long Revision { get; init; }

    /// <summary>The secret that signs its messages; null when they are not signed.</summary>
    public WebhookSecret? Secret { get; private set; }

    /// <summary>The secret before; it signs as well until <see cref="PreviousSecretUntil"/>.</summary>
    public WebhookSecret? PreviousSecret { get; private set; }

    /// <summary>The second of Unix time until which <see cref="PreviousSecret"/> signs.</summary>
    public long PreviousSecretUntil { get; private set; }

    /// <summary>Why it is disabled, for its owner to read; null while it is active.</summary>
    public string? DisabledReason { get; private set; }

    /// <summary>Whether it fires.</summary>
    public bool IsActive => DisabledReason is null;

    /// <summary>Changes what its owner says of it.</summary>
    public void Change(WebhookSettings settings) => Settings = settings;

    /// <summary>Signs with this secret from now on, and with no other; null for no signature.</summary>
    public void SetSecret(WebhookSecret? secret) => (Secret, PreviousSecret, PreviousSecretUntil) = (secret, null, 0);

    /// <summary>Replaces the secret; the one before goes on signing as well, so that receivers can change over.</summary>
    public void RotateSecret(WebhookSecret secret, DateTimeOffset now) =>
        (Secret, PreviousSecret, PreviousSecretUntil) =
            (secret, Secret, Secret is null ? 0 : (now + SecretOverlap).ToUnixTimeSeconds());

    /// <summary>Takes the secrets from the store.</summary>
    public void RestoreSecrets(WebhookSecret? secret, WebhookSecret? previous, long previousUntil) =>
        (Secret, PreviousSecret, PreviousSecretUntil) = (secret, previous, previousUntil);

    /// <summary>Stops it from firing.</summary>
    /// <param name="reason">Why, for its owner to read.</param>
    public void Disable(string reason) => DisabledReason = reason;

    /// <summary>Lets it fire again, from now on.</summary>
    public void Enable() => DisabledReason = null;

    /// <summary>Whether it asks for a change of one of its tenant's keys.</summary>
    public bool Wants(Watching.KeyChanged change) =>
        IsActive
        && Settings.Events.Matches(change.Kind)
        && !(Settings.ChangedOnly && change is Watching.KeyUpdated { IsSameValue: true })
        && Settings.Pattern.Matches(change.Key.Value);

    /// <summary>The signatures of a message, as the header <c>webhook-signature</c> takes them; null when it is not signed.</summary>
    /// <param name="id">The header <c>webhook-id</c>.</param>
    /// <param name="timestamp">The header <c>webhook-timestamp</c>: the second of Unix time at which it is sent.</param>
    /// <param name="body">The body, byte for byte.</param>
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
