using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Clients;

/// <summary>The calls of Kv's API.</summary>
internal static class Requests
{
    private static readonly JsonSerializerOptions Json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static CallRequest Get(string key) => new(CallKind.Get, HttpMethod.Get, KeyPath(key))
    {
        Operations = [new(OperationKind.Get, key)],
    };

    /// <summary>The headers of a key alone.</summary>
    public static CallRequest Head(string key) => new(CallKind.Get, HttpMethod.Head, KeyPath(key))
    {
        Operations = [new(OperationKind.Get, key)],
    };

    /// <summary>The bytes of a value alone.</summary>
    public static CallRequest GetRaw(string key) => new(CallKind.Get, HttpMethod.Get, $"{KeyPath(key)}?raw")
    {
        Operations = [new(OperationKind.Get, key)],
        IsRaw = true,
    };

    /// <summary>Sets a value that is the body itself.</summary>
    public static CallRequest PutRaw(string key, string value) => new(CallKind.Put, HttpMethod.Put, KeyPath(key))
    {
        Operations = [new(OperationKind.Set, key, value)],
        Body = value,
        ContentType = "text/plain",
    };

    /// <summary>The key as it stood at a past revision.</summary>
    public static CallRequest GetAt(string key, long revision) =>
        new(CallKind.Get, HttpMethod.Get, $"{KeyPath(key)}?revision={revision}")
        {
            Operations = [new(OperationKind.Get, key)],
            AtRevision = revision,
        };

    /// <summary>The key once it differs from its state at a revision.</summary>
    public static CallRequest LongPoll(string key, long known, int seconds) =>
        new(CallKind.Get, HttpMethod.Get, $"{KeyPath(key)}?wait={seconds}")
        {
            Operations = [new(OperationKind.Get, key)],
            Conditions = [new(key, ConditionKind.NotWrittenAt, known)],
            WaitSeconds = seconds,
        };

    public static CallRequest Put(string key, string value, long? ttl = null, KeyCondition? condition = null) =>
        new(CallKind.Put, HttpMethod.Put, KeyPath(key))
        {
            Operations = [new(OperationKind.Set, key, value, ttl)],
            Conditions = condition is null ? [] : [condition],
            Body = Write(new { value, ttl }),
        };

    public static CallRequest Post(
        string key, string value, KeyCondition? condition = null, string? idempotencyKey = null) =>
        new(CallKind.Post, HttpMethod.Post, "/kv")
        {
            Operations = [new(OperationKind.Set, key, value)],
            Conditions = condition is null ? [] : [condition],
            IdempotencyKey = idempotencyKey,
            Body = Write(new { key, value }),
        };

    /// <summary>Sets the time to live alone; null for none.</summary>
    public static CallRequest Patch(string key, long? ttl) => new(CallKind.Patch, HttpMethod.Patch, KeyPath(key))
    {
        Operations = [new(OperationKind.SetTtl, key, Ttl: ttl)],
        Body = ttl is null ? """{"ttl":null}""" : Write(new { ttl }),
        ContentType = "application/merge-patch+json",
    };

    public static CallRequest Delete(string key, KeyCondition? condition = null) =>
        new(CallKind.Delete, HttpMethod.Delete, KeyPath(key))
        {
            Operations = [new(OperationKind.Delete, key)],
            Conditions = condition is null ? [] : [condition],
        };

    public static CallRequest Bulk(IReadOnlyList<KeyOperation> operations) =>
        new(CallKind.Bulk, HttpMethod.Post, "/bulk")
        {
            Operations = operations,
            Body = Write(operations.Select(ToJson)),
        };

    public static CallRequest Transaction(
        IReadOnlyList<KeyCondition> compare, IReadOnlyList<KeyOperation> success,
        IReadOnlyList<KeyOperation>? failure = null,
        string? idempotencyKey = null) => new(CallKind.Transaction, HttpMethod.Post, "/txn")
        {
            Conditions = compare,
            Operations = success,
            Otherwise = failure,
            IdempotencyKey = idempotencyKey,
            Body = Write(
                new
                {
                    compare = compare.Select(ToJson),
                    success = success.Select(ToJson),
                    failure = failure?.Select(
                    ToJson)
                }),
        };

    /// <summary>All keys with a prefix in one answer.</summary>
    public static CallRequest All(string prefix) =>
        new(CallKind.Prefix, HttpMethod.Get, $"/kv/{Uri.EscapeDataString(prefix)}*") { Prefix = prefix };

    /// <summary>A page of the keys with a prefix.</summary>
    public static CallRequest Page(string prefix, int limit, long listing, string? cursor) =>
        new(CallKind.Page, HttpMethod.Get,
            $"/kv?prefix={Uri.EscapeDataString(prefix)}&limit={limit}{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}")
        {
            Prefix = prefix,
            Limit = limit,
            Listing = listing,
            IsLaterPage = cursor is not null,
        };

    public static CallRequest Count(string prefix) =>
        new(CallKind.Count, HttpMethod.Head, $"/kv?prefix={Uri.EscapeDataString(prefix)}") { Prefix = prefix };

    public static CallRequest Export(string prefix) =>
        new(CallKind.Export, HttpMethod.Get, $"/export?prefix={Uri.EscapeDataString(prefix)}") { Prefix = prefix };

    public static CallRequest Import(IReadOnlyList<KeyOperation> sets, bool skipsExisting) =>
        new(CallKind.Import, HttpMethod.Post, skipsExisting ? "/import?mode=skip" : "/import")
        {
            Operations = sets,
            SkipsExisting = skipsExisting,
            Body = string.Concat(sets.Select(set => $"{Write(new { key = set.Key, value = set.Value })}\n")),
            ContentType = "application/x-ndjson",
        };

    /// <summary>A page of a history: the newest changes, or those before a revision.</summary>
    public static CallRequest History(string key, int limit, long? before) =>
        new(CallKind.History, HttpMethod.Get,
            $"/history/{Uri.EscapeDataString(key)}?limit={limit}{(before is null ? "" : $"&cursor={before}")}")
        {
            Operations = [new(OperationKind.Get, key)],
            Limit = limit,
            Before = before,
        };

    /// <summary>A call that is about no key.</summary>
    public static CallRequest Other(HttpMethod method, string path, object? body = null) =>
        new(CallKind.Other, method, path) { Body = body is null ? null : Write(body) };

    private static string KeyPath(string key) => $"/kv/{Uri.EscapeDataString(key)}";

    private static string Write<T>(T body) => JsonSerializer.Serialize(body, Json);

    private static object ToJson(KeyOperation operation) => new
    {
        op = operation.Kind switch
        {
            OperationKind.Get => "get",
            OperationKind.Set => "set",
            OperationKind.Delete => "delete",
            _ => throw new InvalidOperationException($"No operation is called {operation.Kind}."),
        },
        key = operation.Key,
        value = operation.Value,
        ttl = operation.Ttl,
        etag = operation.Condition is { Kind: ConditionKind.WrittenAt } at ? Text(at.Revision) : null,
        exists = Exists(operation.Condition),
    };

    private static object ToJson(KeyCondition condition) => new
    {
        key = condition.Key,
        etag = condition.Kind == ConditionKind.WrittenAt ? Text(condition.Revision) : null,
        exists = Exists(condition),
        value = condition.Value,
    };

    private static bool? Exists(KeyCondition? condition) => condition?.Kind switch
    {
        ConditionKind.Absent => false,
        ConditionKind.Exists => true,
        _ => null,
    };

    private static string? Text(long? revision) => revision?.ToString(CultureInfo.InvariantCulture);
}
