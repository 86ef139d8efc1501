using System.Text;
using Kv.Domain.Audit;
using Kv.Domain.Deliveries;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;

namespace Kv.Infrastructure.Storage;

/// <summary>
/// Where things are in the store. Keys, webhooks and the watcher's lock are where simple-golang-kv has them, so that
/// either service reads what the other wrote. What is Kv's own sorts before or between them.
/// </summary>
internal sealed class KeyLayout
{
    private readonly string _base;
    private readonly string _keyValues;
    private readonly string _webhooks;
    private readonly string _contents;
    private readonly string _audit;
    private readonly byte[] _traces;

    public KeyLayout(StoreOptions options)
    {
        _base = $"/{options.BaseKeyPrefix}/";
        _keyValues = $"{_base}kv/";
        _webhooks = $"{_base}webhooks/";
        _contents = $"{_base}content/";
        _audit = $"{_base}audit/";
        _traces = Encoding.UTF8.GetBytes($"{_base}kv_traces/");
        Nothing = StoreKey.Of(_base);
        Webhooks = KeyRange.Prefix(StoreKey.Of(_webhooks));
        KeyValues = KeyRange.Prefix(StoreKey.Of(_keyValues));
        Watched = KeyRange.Between(KeyValues.Start, Webhooks.End);
        WatchedBesideKeys = KeyRange.Between(StoreKey.Of($"{_base}locks/"), Webhooks.End);
        WatcherLock = StoreKey.Of($"{_base}locks/watcher");
        WatcherCursor = StoreKey.Of($"{_base}cursor/watcher");
        CursorKey = StoreKey.Of($"{_base}cursor/key");
        PendingDeliveries = KeyRange.Prefix(StoreKey.Of($"{_base}deliveries/pending/"));
        FailingWebhooks = KeyRange.Prefix(StoreKey.Of($"{_base}deliveries/failing/"));
        Wakes = KeyRange.Prefix(StoreKey.Of($"{_base}deliveries/wake/"));
        ApiKeys = KeyRange.Prefix(StoreKey.Of($"{_base}apikeys/"));
    }

    /// <summary>A key at which there is never anything, in the part of the store that Kv may touch.</summary>
    public StoreKey Nothing { get; }

    /// <summary>The keys of all tenants.</summary>
    public KeyRange KeyValues { get; }

    /// <summary>The webhooks of all tenants.</summary>
    public KeyRange Webhooks { get; }

    /// <summary>
    /// What the watcher watches: keys and webhooks in one, so that their changes come in one order. Between the two
    /// there are only traces, locks and marks.
    /// </summary>
    public KeyRange Watched { get; }

    /// <summary>What the watcher watches while there is no webhook: the end of <see cref="Watched"/>, without the keys.</summary>
    public KeyRange WatchedBesideKeys { get; }

    /// <summary>The lock of the one that watches.</summary>
    public StoreKey WatcherLock { get; }

    /// <summary>The last revision that the watcher has settled.</summary>
    public StoreKey WatcherCursor { get; }

    /// <summary>The key with which the cursors of listings are signed.</summary>
    public StoreKey CursorKey { get; }

    /// <summary>The deliveries of all tenants that wait for an attempt.</summary>
    public KeyRange PendingDeliveries { get; }

    /// <summary>Since when webhooks have done nothing but fail.</summary>
    public KeyRange FailingWebhooks { get; }

    /// <summary>Calls to the watcher to look again at what waits for a webhook.</summary>
    public KeyRange Wakes { get; }

    /// <summary>The API keys of the deployment.</summary>
    public KeyRange ApiKeys { get; }

    public StoreKey ApiKey(string id) => StoreKey.Of($"{_base}apikeys/{id}");

    /// <summary>Where a tenant's keys are, or those of them that start with a text.</summary>
    public StoreKey KeyValuePrefix(Tenant tenant, string prefix = "") => Encode(_keyValues, tenant, prefix);

    public StoreKey KeyValue(Tenant tenant, Key key) => Encode(_keyValues, tenant, key.Value);

    /// <summary>Where the content type of a key is, if it has one.</summary>
    public StoreKey Content(Tenant tenant, Key key) => Encode(_contents, tenant, key.Value);

    /// <summary>Where the content types of a tenant's keys are, or of those of them that start with a text.</summary>
    public StoreKey ContentPrefix(Tenant tenant, string prefix = "") => Encode(_contents, tenant, prefix);

    /// <summary>Where the trace is that a write of a key is part of: behind all keys, within what the watcher watches with them.</summary>
    public StoreKey Trace(StoreKey keyValue) => new((byte[])[.. _traces, .. keyValue.Span[KeyValues.Start.Bytes.Length..]]);

    /// <summary>Where the key is whose trace it is; null when it is none.</summary>
    public StoreKey? ReadTraced(StoreKey key) => key.Span.StartsWith(_traces)
        ? new StoreKey((byte[])[.. KeyValues.Start.Span, .. key.Span[_traces.Length..]])
        : null;

    /// <summary>What is remembered of a tenant's request that may be repeated.</summary>
    public StoreKey Idempotency(Tenant tenant, string hash) => Encode($"{_base}idempotency/", tenant, hash);

    /// <summary>
    /// Where the records are of who changed what of a tenant's, or those whose ids start with a text; of the deployment's, where no tenant
    /// is named. The watcher looks at neither.
    /// </summary>
    public StoreKey AuditPrefix(Tenant? tenant, string prefix = "") =>
        tenant is null ? StoreKey.Of($"{_base}audit_deployment/{prefix}") : Encode(_audit, tenant, prefix);

    public StoreKey AuditRecord(Tenant? tenant, AuditRecordId id) => AuditPrefix(tenant, id.ToString());

    /// <summary>Whose key it is, and which; null when there is no key of a tenant there.</summary>
    public (Tenant Tenant, Key Key)? ReadKeyValue(StoreKey key) =>
        Decode(_keyValues, key) is { Remainder.Length: > 0 } place ? (place.Tenant, Key.Of(place.Remainder)) : null;

    /// <summary>Where a tenant's webhooks are.</summary>
    public StoreKey WebhookPrefix(Tenant tenant) => Encode(_webhooks, tenant, "");

    public StoreKey Webhook(Tenant tenant, Guid id) => Encode(_webhooks, tenant, $"{id:D}");

    /// <summary>Whose webhook it is, and which; null when there is none of a tenant's there.</summary>
    public (Tenant Tenant, Guid Id)? ReadWebhook(StoreKey key) =>
        Decode(_webhooks, key) is { } place && Guid.TryParseExact(place.Remainder, "D", out var id) ? (place.Tenant, id) : null;

    /// <summary>A key in what the watcher watches that is nobody's: writing it tells how far a watch has come.</summary>
    public StoreKey Mark(Guid id) => StoreKey.Of($"{_base}locks/marks/{id:N}");

    /// <summary>Where a webhook's deliveries are that wait or have failed.</summary>
    public StoreKey DeliveryPrefix(DeliveryStatus status, Tenant tenant, Guid webhookId) =>
        OfWebhook(Area(status), tenant, webhookId, "/");

    public StoreKey Delivery(DeliveryStatus status, Tenant tenant, DeliveryId id) =>
        OfWebhook(Area(status), tenant, id.WebhookId, Suffix(id));

    /// <summary>Where the values are that a webhook's deliveries tell of.</summary>
    public StoreKey DeliveryValuePrefix(Tenant tenant, Guid webhookId) => OfWebhook("values", tenant, webhookId, "/");

    public StoreKey DeliveryValue(Tenant tenant, DeliveryId id) => OfWebhook("values", tenant, id.WebhookId, Suffix(id));

    /// <summary>Since when a webhook has done nothing but fail.</summary>
    public StoreKey FailingWebhook(Tenant tenant, Guid webhookId) => OfWebhook("failing", tenant, webhookId, "");

    /// <summary>The call to the watcher to look again at what waits for a webhook.</summary>
    public StoreKey Wake(Tenant tenant, Guid webhookId) => OfWebhook("wake", tenant, webhookId, "");

    /// <summary>The webhook that a key under deliveries/ is about; null when it is about none.</summary>
    public static (Tenant Tenant, Guid WebhookId)? ReadWebhookOfDelivery(StoreKey key)
    {
        var parts = key.ToString().Split('/');
        // .../{area}/{namespace}/{app}/{webhook} or, of a delivery, .../{webhook}/{revision}-{hash}
        for (var at = parts.Length - 1; at >= Math.Max(2, parts.Length - 2); at--)
            if (Guid.TryParseExact(parts[at], "D", out var id) && Tenant.IsName(parts[at - 2]) && Tenant.IsName(parts[at - 1]))
                return (Tenant.Of(parts[at - 2], parts[at - 1]), id);
        return null;
    }

    private static string Area(DeliveryStatus status) => status == DeliveryStatus.Pending ? "pending" : "failed";

    // The revision first and of one length, so that deliveries are in the order of their revisions.
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
        return Tenant.IsName(space) && Tenant.IsName(name) ? (Tenant.Of(space, name), text[rest..]) : null;
    }

    private StoreKey OfWebhook(string area, Tenant tenant, Guid webhookId, string rest) =>
        StoreKey.Of($"{_base}deliveries/{area}/{tenant.Namespace}/{tenant.AppName}/{webhookId:D}{rest}");
}
