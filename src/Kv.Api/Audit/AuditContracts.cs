using System.Text.Json.Serialization;
using Kv.Api.OpenApi.Attributes;
using Kv.Domain.Audit;

namespace Kv.Api.Audit;

/// <summary>A page of audit records.</summary>
public sealed record AuditListing
{
    /// <summary>The records, oldest first.</summary>
    public required IReadOnlyList<AuditEntry> Items { get; init; }

    /// <summary>The cursor of the next page; null on the last page.</summary>
    /// <example>08de48a1b2c3d4e5-7f0c6f0e</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Cursor { get; init; }
}

/// <summary>
/// An audit record: the change of one request, or all changes of one transaction. It contains no values.
/// </summary>
public sealed record AuditEntry
{
    /// <summary>The record's id. Ids sort by time.</summary>
    /// <example>08de48a1b2c3d4e5-7f0c6f0e</example>
    public required string Id { get; init; }

    /// <summary>The time of the request, by the clock of the replica that served it.</summary>
    /// <example>2026-01-01T00:00:05+00:00</example>
    public required DateTimeOffset At { get; init; }

    /// <summary>
    /// The id of the API key or the subject of the token; `anonymous` with `AUTH=none`, `cli:{user}@{host}` for the
    /// command line.
    /// </summary>
    /// <example>1f0c6f0e3f0a4f43</example>
    public required string Actor { get; init; }

    /// <summary>The address of the caller.</summary>
    /// <example>10.1.2.3</example>
    public string? Address { get; init; }

    /// <summary>The trace of the request; absent when it was not traced.</summary>
    /// <example>4bf92f3577b34da6a3ce929d0e0e4736</example>
    public string? TraceId { get; init; }

    /// <summary>The store's revision of the changes.</summary>
    /// <example>42</example>
    public required long Revision { get; init; }

    /// <summary>The changes.</summary>
    public required IReadOnlyList<AuditEntryChange> Changes { get; init; }

    internal static AuditEntry From(AuditRecord record) => new()
    {
        Id = record.Id.ToString(),
        At = record.At,
        Actor = record.Actor,
        Address = record.Address,
        TraceId = record.TraceId,
        Revision = record.Revision,
        Changes = [.. record.Changes.Select(AuditEntryChange.From)],
    };
}

/// <summary>One change.</summary>
public sealed record AuditEntryChange
{
    /// <summary>
    /// `set`, `set_ttl` or `delete`; `add_webhook`, `change_webhook` or `delete_webhook`; `redeliver`,
    /// `redeliver_failed` or `replay_webhook`; `create_api_key` or `revoke_api_key`; `leave_webhook` or
    /// `disable_webhook` for each webhook of a revoked API key.
    /// </summary>
    /// <example>set</example>
    [OneOf(
        AuditOperations.Set, AuditOperations.SetTtl, AuditOperations.Delete, AuditOperations.AddWebhook,
        AuditOperations.ChangeWebhook,
        AuditOperations.DeleteWebhook, AuditOperations.Redeliver, AuditOperations.RedeliverFailed,
        AuditOperations.ReplayWebhook, AuditOperations.CreateApiKey, AuditOperations.RevokeApiKey,
        AuditOperations.LeaveWebhook, AuditOperations.DisableWebhook)]
    public required string Operation { get; init; }

    /// <summary>The key, or the id of the webhook, the delivery or the API key.</summary>
    /// <example>user:42</example>
    public required string Target { get; init; }

    internal static AuditEntryChange From(AuditedChange change) =>
        new() { Operation = change.Operation, Target = change.Target };
}
