using System.Text.Json.Serialization;
using Kv.Application.Audit;

namespace Kv.Api.Audit;

/// <summary>A page of records of who changed what.</summary>
public sealed record AuditListing
{
    /// <summary>The records, oldest first.</summary>
    public required IReadOnlyList<AuditEntry> Items { get; init; }

    /// <summary>What to ask for the next page with; null when this is the last.</summary>
    /// <example>08de48a1b2c3d4e5-7f0c6f0e</example>
    public string? Cursor { get; init; }

    internal static AuditListing Of(AuditPage page) => new() { Items = [.. page.Items.Select(AuditEntry.Of)], Cursor = page.Cursor };
}

/// <summary>Who changed what: a request's one change, or all that one transaction wrote. No value is told.</summary>
public sealed record AuditEntry
{
    /// <summary>Which record it is. Ids are in the order of the times.</summary>
    /// <example>08de48a1b2c3d4e5-7f0c6f0e</example>
    public required string Id { get; init; }

    /// <summary>When it was asked for, by the clock of the replica that was asked.</summary>
    /// <example>2026-01-01T00:00:05+00:00</example>
    public required DateTimeOffset At { get; init; }

    /// <summary>
    /// The id of the API key or the subject of the token; `anonymous` where `AUTH` is `none`, `cli:{user}@{host}` for the command line.
    /// </summary>
    /// <example>1f0c6f0e3f0a4f43</example>
    public required string Actor { get; init; }

    /// <summary>The address that the request came from.</summary>
    /// <example>10.1.2.3</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Address { get; init; }

    /// <summary>The trace that it is part of, where it is of one.</summary>
    /// <example>4bf92f3577b34da6a3ce929d0e0e4736</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TraceId { get; init; }

    /// <summary>The store's revision that the changes took.</summary>
    /// <example>42</example>
    public required long Revision { get; init; }

    /// <summary>What was done.</summary>
    public required IReadOnlyList<AuditEntryChange> Changes { get; init; }

    internal static AuditEntry Of(AuditRecordDto record) => new()
    {
        Id = record.Id,
        At = record.At,
        Actor = record.Actor,
        Address = record.Address,
        TraceId = record.TraceId,
        Revision = record.Revision,
        Changes = [.. record.Changes.Select(AuditEntryChange.Of)],
    };
}

/// <summary>One change.</summary>
public sealed record AuditEntryChange
{
    /// <summary>
    /// `set`, `set_ttl` or `delete`; `add_webhook`, `change_webhook` or `delete_webhook`; `redeliver` or `replay_webhook`;
    /// `create_api_key` or `revoke_api_key`.
    /// </summary>
    /// <example>set</example>
    public required string Operation { get; init; }

    /// <summary>The key, or the id of the webhook, the delivery or the API key.</summary>
    /// <example>user:42</example>
    public required string Target { get; init; }

    internal static AuditEntryChange Of(AuditedChangeDto change) => new() { Operation = change.Operation, Target = change.Target };
}
