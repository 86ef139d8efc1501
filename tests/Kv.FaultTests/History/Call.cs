namespace Kv.FaultTests.History;

/// <summary>A call of a client, with its whole request and its whole answer.</summary>
internal sealed record Call : HistoryRecord
{
    /// <summary>The number of the call within the run.</summary>
    public required long Id { get; init; }

    /// <summary>The client. A client makes one call after the other.</summary>
    public required string Client { get; init; }

    /// <summary>The replica that was called.</summary>
    public required string Replica { get; init; }

    public required CallKind Kind { get; init; }

    /// <summary>The tenant, as <c>namespace/app</c>.</summary>
    public string Tenant { get; init; } = "default/default";

    /// <summary>
    /// The operations in their order; one operation for a call of a single key. For a transaction, the operations when
    /// all compares hold.
    /// </summary>
    public IReadOnlyList<KeyOperation> Operations { get; init; } = [];

    /// <summary>The operations of a transaction when a compare does not hold; null without such a branch.</summary>
    public IReadOnlyList<KeyOperation>? Otherwise { get; init; }

    /// <summary>
    /// The conditions of the whole call: <c>If-Match</c>, <c>If-None-Match</c>, the compares of a transaction.
    /// </summary>
    public IReadOnlyList<KeyCondition> Conditions { get; init; } = [];

    /// <summary>The prefix of the keys of a listing, an export or a count.</summary>
    public string? Prefix { get; init; }

    /// <summary>Pages of one listing have the same number; null for every other call.</summary>
    public long? Listing { get; init; }

    /// <summary>Whether it asks for a page behind the first, by a cursor.</summary>
    public bool IsLaterPage { get; init; }

    /// <summary>How many items a page or a history holds at most; null when nothing was asked.</summary>
    public int? Limit { get; init; }

    public string? IdempotencyKey { get; init; }

    /// <summary>Whether <c>KV-Consistency: serializable</c> was sent.</summary>
    public bool IsSerializable { get; init; }

    /// <summary>
    /// Whether the bytes of a value were requested; such an answer has no expiry of the key.
    /// </summary>
    public bool IsRaw { get; init; }

    /// <summary>Whether the method is <c>HEAD</c>: the answer has no body.</summary>
    public bool IsHead { get; init; }

    /// <summary>The revision before which a history was asked to begin: the cursor of the page before.</summary>
    public long? Before { get; init; }

    /// <summary><c>KV-Min-Revision</c>.</summary>
    public long? MinRevision { get; init; }

    /// <summary>The past revision that was asked for.</summary>
    public long? AtRevision { get; init; }

    /// <summary>How long Kv was asked to wait for a change, in seconds.</summary>
    public int? WaitSeconds { get; init; }

    /// <summary>Whether an import leaves keys that exist as they are.</summary>
    public bool SkipsExisting { get; init; }

    /// <summary>When the call was sent.</summary>
    public required long Start { get; init; }

    /// <summary>When its answer was read, or was given up.</summary>
    public required long End { get; init; }

    public required CallOutcome Outcome { get; init; }

    /// <summary>The answer; null when there was none.</summary>
    public Answer? Answer { get; init; }

    /// <summary>The reason for a missing answer: <c>timeout</c>, <c>reset</c>, <c>refused</c>.</summary>
    public string? Failure { get; init; }
}

/// <summary>The kinds of calls.</summary>
internal enum CallKind
{
    /// <summary><c>GET /kv/{key}</c>, also of the past and as a long poll.</summary>
    Get,

    /// <summary><c>PUT /kv/{key}</c>.</summary>
    Put,

    /// <summary><c>POST /kv</c>.</summary>
    Post,

    /// <summary><c>PATCH /kv/{key}</c>.</summary>
    Patch,

    /// <summary><c>DELETE /kv/{key}</c>.</summary>
    Delete,

    /// <summary><c>GET /kv/{prefix}*</c>: all keys in one answer.</summary>
    Prefix,

    /// <summary><c>GET /kv?prefix=</c>: a page.</summary>
    Page,

    /// <summary><c>HEAD /kv?prefix=</c>.</summary>
    Count,

    /// <summary><c>GET /export</c>.</summary>
    Export,

    /// <summary><c>POST /import</c>.</summary>
    Import,

    /// <summary><c>POST /bulk</c>.</summary>
    Bulk,

    /// <summary><c>POST /txn</c>.</summary>
    Transaction,

    /// <summary><c>GET /history/{key}</c>.</summary>
    History,

    /// <summary>A call about webhooks, deliveries or operation; only how it ends is judged.</summary>
    Other,
}

/// <summary>The known effect of a call.</summary>
internal enum CallOutcome
{
    /// <summary>It was answered: it was done, or an answer such as 404 or 412 shows the state of the key.</summary>
    Ok,

    /// <summary>It had no effect, and says nothing of the store.</summary>
    Failed,

    /// <summary>It may have had its effect, or may have it later.</summary>
    Unknown,
}

/// <summary>An operation on a key.</summary>
/// <param name="Kind">The kind of operation.</param>
/// <param name="Key">The key.</param>
/// <param name="Value">The value that is set.</param>
/// <param name="Ttl">The seconds to live that are set; null for none.</param>
/// <param name="Condition">The condition of this operation alone, as a bulk has it.</param>
internal sealed record KeyOperation(
    OperationKind Kind, string Key, string? Value = null, long? Ttl = null, KeyCondition? Condition = null);

/// <summary>The kinds of operations on a key.</summary>
internal enum OperationKind
{
    Get,
    Set,
    SetTtl,
    Delete,
}

/// <summary>A condition on a key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Kind">The kind of condition.</param>
/// <param name="Revision">
/// The revision at which the key was, or was not, last written; 0 stands for no such key.
/// </param>
/// <param name="Value">The value that it must have.</param>
internal sealed record KeyCondition(string Key, ConditionKind Kind, long? Revision = null, string? Value = null);

/// <summary>The kinds of conditions on a key.</summary>
internal enum ConditionKind
{
    /// <summary>There is no such key: <c>If-None-Match: *</c>, <c>"exists": false</c>.</summary>
    Absent,

    /// <summary>There is one: <c>If-Match: *</c>, <c>"exists": true</c>.</summary>
    Exists,

    /// <summary>It was last written at the revision: <c>If-Match: "n"</c>, <c>"etag"</c>.</summary>
    WrittenAt,

    /// <summary>It was last written at another revision: <c>If-None-Match: "n"</c> of a read.</summary>
    NotWrittenAt,

    /// <summary>It has the value: <c>"value"</c>.</summary>
    HasValue,
}

/// <summary>The answer to a call.</summary>
internal sealed record Answer
{
    public required int Status { get; init; }

    /// <summary>
    /// Whether the body is <c>application/problem+json</c> with a <c>status</c> that is the answer's.
    /// </summary>
    public bool IsProblem { get; init; }

    /// <summary>The member <c>error</c> of a problem.</summary>
    public string? Error { get; init; }

    /// <summary>The <c>traceId</c> of a problem.</summary>
    public string? TraceId { get; init; }

    /// <summary><c>KV-Revision</c>.</summary>
    public long? Revision { get; init; }

    /// <summary><c>ETag</c>, as a number.</summary>
    public long? ETag { get; init; }

    /// <summary>Whether <c>KV-Outcome: unknown</c> was sent.</summary>
    public bool IsOutcomeUnknown { get; init; }

    /// <summary>Whether <c>Idempotency-Replayed: true</c> was sent.</summary>
    public bool IsReplayed { get; init; }

    /// <summary>Which branch of a transaction was done; null for every other call.</summary>
    public bool? Succeeded { get; init; }

    /// <summary>
    /// The key that was read or written, the items of a listing in their order, or the result of each operation of a
    /// bulk or a transaction. Of a refused transaction (412) the keys of its compares, from <c>found</c>.
    /// </summary>
    public IReadOnlyList<KeyAnswer> Keys { get; init; } = [];

    /// <summary>The items of a history, the newest first.</summary>
    public IReadOnlyList<HistoryEntry> Events { get; init; } = [];

    /// <summary>The oldest revision that the store keeps, as a history or 410 reports it.</summary>
    public long? OldestRevision { get; init; }

    /// <summary>
    /// The revision before which the next page of a history begins: its cursor; null on the last page.
    /// </summary>
    public long? Before { get; init; }

    /// <summary>How many keys a count found.</summary>
    public long? Count { get; init; }

    /// <summary>Whether a listing continues after this page.</summary>
    public bool HasMore { get; init; }
}

/// <summary>The state of a key in an answer.</summary>
/// <param name="Key">The key.</param>
/// <param name="Status">
/// 200 when there is one, 404 when there is none; of a bulk or a transaction the operation's status.
/// </param>
/// <param name="Value">The value, if the answer has it.</param>
/// <param name="ETag">The revision at which the key was last written, if the answer has it.</param>
/// <param name="ExpireAt">The Unix second at which it expires; null when it does not.</param>
/// <param name="Ttl">The seconds that are left; null when it does not expire.</param>
/// <param name="IsOutcomeUnknown">Whether a bulk says <c>"outcome": "unknown"</c> of it.</param>
internal sealed record KeyAnswer(
    string Key, int Status, string? Value = null, long? ETag = null, long? ExpireAt = null, long? Ttl = null,
    bool IsOutcomeUnknown = false);

/// <summary>An item of <c>GET /history/{key}</c>.</summary>
internal sealed record HistoryEntry(
    long Revision, string Event, string? Reason = null, string? Value = null, long? ExpireAt = null);
