namespace Kv.FaultTests.History;

/// <summary>A webhook, from its registration to its removal, or to the end of the run.</summary>
internal sealed record WebhookRegistration : HistoryRecord
{
    /// <summary>The webhook's id, as Kv gave it.</summary>
    public required string Id { get; init; }

    public string Tenant { get; init; } = "default/default";

    /// <summary>A key, or a prefix with <c>*</c> behind it.</summary>
    public required string Pattern { get; init; }

    /// <summary>Any of <c>create</c>, <c>update</c>, <c>delete</c>, <c>expire</c> and <c>*</c>.</summary>
    public required IReadOnlyList<string> Events { get; init; }

    /// <summary>Whether updates that set the value that was there are passed over.</summary>
    public bool IsChangedOnly { get; init; }

    /// <summary>Where it is received; each webhook has a path of its own.</summary>
    public required string Receiver { get; init; }

    /// <summary>The revision of the store at which it was registered; it receives the changes after it.</summary>
    public required long RegisteredAt { get; init; }

    /// <summary>The revision of the store at which it was removed; null when it exists at the end of the run.</summary>
    public long? RemovedAt { get; init; }
}

/// <summary>A call that a receiver took.</summary>
internal sealed record WebhookArrival : HistoryRecord
{
    /// <summary>The <see cref="WebhookRegistration.Id"/>, by the path that was called.</summary>
    public required string Webhook { get; init; }

    /// <summary>When the whole request had arrived.</summary>
    public required long At { get; init; }

    /// <summary>The header <c>webhook-id</c>.</summary>
    public required string MessageId { get; init; }

    /// <summary>The member <c>event.event</c>.</summary>
    public required string Event { get; init; }

    public required string Tenant { get; init; }

    public required string Key { get; init; }

    /// <summary>The value; null for a key that is gone.</summary>
    public string? Value { get; init; }

    public long? ExpireAt { get; init; }

    /// <summary>The status that was answered; null when the receiver hung up or never answered.</summary>
    public int? Status { get; init; }
}

/// <summary>A delivery that was listed for a webhook after the run, when no fault was active for a while.</summary>
/// <param name="Webhook">The <see cref="WebhookRegistration.Id"/>.</param>
/// <param name="Id">The delivery's id.</param>
/// <param name="Status"><c>pending</c> or <c>failed</c>.</param>
/// <param name="Key">The key.</param>
/// <param name="Revision">The revision of the change.</param>
/// <param name="Attempts">How many attempts were made.</param>
internal sealed record DeliveryLeft(string Webhook, string Id, string Status, string Key, long Revision, int Attempts)
    : HistoryRecord;
