using System.Text;
using Kv.Domain.Audit;

namespace Kv.Infrastructure.Storage;

/// <summary>
/// The layout of the store's keys. Keys, webhooks and the watcher's lock are where simple-golang-kv has them, so
/// that each service reads the other's writes. Kv's own areas sort before or between them.
/// </summary>
internal sealed class KeyLayout(StoreOptions options)
{
    private readonly string _base = $"/{options.BaseKeyPrefix}/";
    private readonly string _keyValues = $"/{options.BaseKeyPrefix}/kv/";
    private readonly string _webhooks = $"/{options.BaseKeyPrefix}/webhooks/";
    private readonly string _contents = $"/{options.BaseKeyPrefix}/content/";
    private readonly string _audit = $"/{options.BaseKeyPrefix}/audit/";
    private readonly string _idempotency = $"/{options.BaseKeyPrefix}/idempotency/";
    private readonly byte[] _traces = Encoding.UTF8.GetBytes($"/{options.BaseKeyPrefix}/kv_traces/");

    /// <summary>A key without an entry, in the part of the store that Kv may touch.</summary>
    public StoreKey AbsentKey { get; } = Place(options, "");

    /// <summary>The keys of all tenants.</summary>
    public KeyRange KeyValues { get; } = Area(options, "kv/");

    /// <summary>
    /// The range that the near cache watches: keys and their content types together, so that they are read at one
    /// revision. Deliveries, cursors and idempotent requests lie between the two.
    /// </summary>
    public KeyRange Cached => KeyRange.Between(StoreKey.FromText(_contents), KeyValues.End);

    public KeyRange Webhooks { get; } = Area(options, "webhooks/");

    /// <summary>
    /// The range that the watcher watches: keys and webhooks together, so that their changes arrive in one order. Only
    /// traces, locks and marks lie between the two.
    /// </summary>
    public KeyRange Watched => KeyRange.Between(KeyValues.Start, Webhooks.End);

    /// <summary>
    /// The range from which the usage of tenants is counted: their deliveries, the records of their idempotent
    /// requests, their keys and all between.
    /// </summary>
    public KeyRange Counted => KeyRange.Between(Deliveries.Start, Webhooks.End);

    /// <summary>The deliveries of all tenants, pending and failed, and their values.</summary>
    public KeyRange Deliveries { get; } = Area(options, "deliveries/");

    public KeyRange IdempotentRequests { get; } = Area(options, "idempotency/");

    /// <summary>
    /// The range that the watcher watches while there is no webhook: <see cref="Watched"/> without the keys.
    /// </summary>
    public KeyRange WatchedWithoutKeys => KeyRange.Between(StoreKey.FromText($"{_base}locks/"), Webhooks.End);

    public StoreKey WatcherLock { get; } = Place(options, "locks/watcher");

    /// <summary>The entries of the replicas that hold or await <see cref="WatcherLock"/>.</summary>
    public KeyRange WatcherQueue { get; } = Area(options, "locks/watcher/");

    /// <summary>The last revision that the watcher has settled.</summary>
    public StoreKey WatcherCursor { get; } = Place(options, "cursor/watcher");

    /// <summary>The key with which the cursors of listings are signed.</summary>
    public StoreKey CursorKey { get; } = Place(options, "cursor/key");

    /// <summary>The deliveries of all tenants that wait for an attempt.</summary>
    public KeyRange PendingDeliveries { get; } = Area(options, "deliveries/pending/");

    /// <summary>The times since when webhooks have only failed.</summary>
    public KeyRange FailingWebhooks { get; } = Area(options, "deliveries/failing/");

    /// <summary>Requests to the watcher to read the stored deliveries of a webhook again.</summary>
    public KeyRange Wakes { get; } = Area(options, "deliveries/wake/");

    public KeyRange ApiKeys { get; } = Area(options, "apikeys/");

    public StoreKey ApiKey(string id) => StoreKey.FromText($"{_base}apikeys/{id}");

    /// <summary>The record of a watch ticket, by the ticket's hash. It is outside the watched range.</summary>
    public StoreKey WatchTicket(string hash) => StoreKey.FromText($"{_base}access_tickets/{hash}");

    /// <summary>The prefix of a tenant's keys, or of its keys that start with a text.</summary>
    public StoreKey KeyValuePrefix(Tenant tenant, string prefix = "") => Encode(_keyValues, tenant, prefix);

    /// <summary>
    /// A tenant's keys, or its keys that start with a text. The range excludes an entry without a name, as no key is
    /// empty: graphical clients of etcd write one for a folder.
    /// </summary>
    public KeyRange KeyValuesOf(Tenant tenant, string prefix)
    {
        var start = KeyValuePrefix(tenant, prefix);
        var range = KeyRange.Prefix(start);
        return prefix.Length == 0 ? range.From(new StoreKey((byte[])[.. start.Span, 0])) : range;
    }

    public KeyRange KeyValuesOf(Tenant tenant, KeyPattern pattern) => pattern.IsPrefix
        ? KeyValuesOf(tenant, pattern.KeyOrPrefix)
        : KeyRange.Single(KeyValuePrefix(tenant, pattern.KeyOrPrefix));

    public StoreKey KeyValue(Tenant tenant, Key key) => Encode(_keyValues, tenant, key.Value);

    /// <summary>The place of a key's content type. Not every key has one.</summary>
    public StoreKey Content(Tenant tenant, Key key) => Encode(_contents, tenant, key.Value);

    /// <summary>The prefix of the content types of a tenant's keys, or of its keys that start with a text.</summary>
    public StoreKey ContentPrefix(Tenant tenant, string prefix = "") => Encode(_contents, tenant, prefix);

    /// <summary>The place of the trace of a key's last write: after all keys, and within the watched range.</summary>
    public StoreKey Trace(StoreKey keyValue) =>
        new((byte[])[.. _traces, .. keyValue.Span[KeyValues.Start.Bytes.Length..]]);

    /// <summary>The key whose trace this is; null when the place is no trace's.</summary>
    public StoreKey? ReadTraced(StoreKey key) => key.Span.StartsWith(_traces)
        ? new StoreKey((byte[])[.. KeyValues.Start.Span, .. key.Span[_traces.Length..]])
        : null;

    public StoreKey Idempotency(Tenant tenant, string hash) => Encode(_idempotency, tenant, hash);

    /// <summary>
    /// The tenant of an idempotent request's record; null when the key is not that of such a record.
    /// </summary>
    public Tenant? ReadIdempotent(StoreKey key) => Decode(_idempotency, key)?.Tenant;

    /// <summary>
    /// The prefix of a tenant's audit records, or of the records whose ids start with a text; without a tenant, that of
    /// the deployment's records. Both are outside the watched range.
    /// </summary>
    public StoreKey AuditPrefix(Tenant? tenant, string prefix = "") =>
        tenant is null ? StoreKey.FromText($"{_base}audit_deployment/{prefix}") : Encode(_audit, tenant, prefix);

    public StoreKey AuditRecord(Tenant? tenant, AuditRecordId id) => AuditPrefix(tenant, id.ToString());

    /// <summary>The tenant and the key of a place; null when it is no tenant's key.</summary>
    public (Tenant Tenant, Key Key)? ReadKeyValue(StoreKey key) =>
        Decode(_keyValues, key) is { Remainder.Length: > 0 } place ? (place.Tenant, Key.Parse(place.Remainder)) : null;

    /// <summary>The tenant of a key's place as a text; empty for any other place.</summary>
    public string OwnerOf(StoreKey key) =>
        Decode(_keyValues, key) is { Tenant: var tenant } ? $"{tenant.Namespace}/{tenant.AppName}" : "";

    public StoreKey WebhookPrefix(Tenant tenant) => Encode(_webhooks, tenant, "");

    public StoreKey Webhook(Tenant tenant, Guid id) => Encode(_webhooks, tenant, $"{id:D}");

    /// <summary>The tenant and the id of a webhook's place; null when it is no tenant's webhook.</summary>
    public (Tenant Tenant, Guid Id)? ReadWebhook(StoreKey key) =>
        Decode(_webhooks, key) is { } place && Guid.TryParseExact(place.Remainder, "D", out var id)
            ? (place.Tenant, id)
            : null;

    /// <summary>
    /// A key in the watched range that belongs to no tenant. A watch that delivers a write of this key has reached its
    /// revision.
    /// </summary>
    public StoreKey Mark(Guid id) => StoreKey.FromText($"{_base}locks/marks/{id:N}");

    public StoreKey DeliveryPrefix(DeliveryStatus status, Tenant tenant, Guid webhookId) =>
        OfWebhook(Area(status), tenant, webhookId, "/");

    public StoreKey Delivery(DeliveryStatus status, Tenant tenant, DeliveryId id) =>
        OfWebhook(Area(status), tenant, id.WebhookId, Suffix(id));

    public StoreKey DeliveryValuePrefix(Tenant tenant, Guid webhookId) => OfWebhook("values", tenant, webhookId, "/");

    public StoreKey DeliveryValue(Tenant tenant, DeliveryId id) =>
        OfWebhook("values", tenant, id.WebhookId, Suffix(id));

    /// <summary>
    /// The log of a webhook's last accepted deliveries. It lies before <see cref="Counted"/>, so it does not count as
    /// the tenant's usage.
    /// </summary>
    public StoreKey AcceptedLog(Tenant tenant, Guid webhookId) =>
        StoreKey.FromText($"{_base}accepted/{tenant.Namespace}/{tenant.AppName}/{webhookId:D}");

    /// <summary>The time since when a webhook has only failed.</summary>
    public StoreKey FailingWebhook(Tenant tenant, Guid webhookId) => OfWebhook("failing", tenant, webhookId, "");

    /// <summary>The request to the watcher to read a webhook's stored deliveries again.</summary>
    public StoreKey Wake(Tenant tenant, Guid webhookId) => OfWebhook("wake", tenant, webhookId, "");

    /// <summary>The webhook of a key under deliveries/; null when it belongs to no webhook.</summary>
    public static (Tenant Tenant, Guid WebhookId)? ReadWebhookOfDelivery(StoreKey key)
    {
        var parts = key.ToString().Split('/');
        // .../{area}/{namespace}/{app}/{webhook} or, for a delivery, .../{webhook}/{revision}-{hash}
        for (var at = parts.Length - 1; at >= Math.Max(2, parts.Length - 2); at--)
            if (Guid.TryParseExact(parts[at], "D", out var id) && Tenant.IsName(parts[at - 2])
                && Tenant.IsName(parts[at - 1]))
                return (new Tenant(parts[at - 2], parts[at - 1]), id);
        return null;
    }

    private static StoreKey Place(StoreOptions options, string name) =>
        StoreKey.FromText($"/{options.BaseKeyPrefix}/{name}");

    private static KeyRange Area(StoreOptions options, string name) => KeyRange.Prefix(Place(options, name));

    private static string Area(DeliveryStatus status) => status == DeliveryStatus.Pending ? "pending" : "failed";

    // The revision comes first and has a fixed length, so that deliveries sort by revision.
    private static string Suffix(DeliveryId id) => $"/{id.Revision:x16}-{id.KeyHash}";

    private static StoreKey Encode(string area, Tenant tenant, string rest)
    {
        var (space, app) = (tenant.Namespace, tenant.AppName);
        var encoding = Encoding.UTF8;
        var bytes = new byte[
            encoding.GetByteCount(area) + encoding.GetByteCount(space) + encoding.GetByteCount(app)
            + encoding.GetByteCount(rest) + 2];
        var end = encoding.GetBytes(area, bytes);
        end += encoding.GetBytes(space, bytes.AsSpan(end));
        bytes[end++] = (byte)'/';
        end += encoding.GetBytes(app, bytes.AsSpan(end));
        bytes[end++] = (byte)'/';
        encoding.GetBytes(rest, bytes.AsSpan(end));
        return new StoreKey(bytes);
    }

    private static (Tenant Tenant, string Remainder)? Decode(string area, StoreKey key)
    {
        var text = key.ToString();
        if (!text.StartsWith(area, StringComparison.Ordinal))
            return null;
        var app = text.IndexOf('/', area.Length) + 1;
        var rest = app == 0 ? 0 : text.IndexOf('/', app) + 1;
        if (rest == 0)
            return null;
        var (space, name) = (text[area.Length..(app - 1)], text[app..(rest - 1)]);
        return Tenant.IsName(space) && Tenant.IsName(name) ? (new Tenant(space, name), text[rest..]) : null;
    }

    private StoreKey OfWebhook(string area, Tenant tenant, Guid webhookId, string rest) =>
        StoreKey.FromText($"{_base}deliveries/{area}/{tenant.Namespace}/{tenant.AppName}/{webhookId:D}{rest}");
}
