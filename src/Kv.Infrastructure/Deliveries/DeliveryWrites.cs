namespace Kv.Infrastructure.Deliveries;

/// <summary>The operations that write deliveries, for the repository and for the watcher.</summary>
internal sealed class DeliveryWrites(KeyLayout layout)
{
    /// <summary>
    /// The most deliveries in one transaction: a delivery takes three operations, a transaction about a hundred.
    /// </summary>
    public const int Batch = 20;

    /// <summary>The most bytes of values in one transaction.</summary>
    public const int BatchBytes = 512 * 1024;

    // Deadlines of failed deliveries are rounded up to the hour, so that many share a lease.
    private const long RetentionStep = 60 * 60;

    // Long enough for the watcher to see it; then it expires.
    private const long WakeSeconds = 60;

    /// <summary>Saves a delivery at the place of its status.</summary>
    /// <param name="value">Its value, if that must be written: it is not stored yet, or its deadline changes.</param>
    public List<Operation> Save(Delivery delivery, DateTimeOffset now, ReadOnlyMemory<byte>? value)
    {
        var isPending = delivery.Status == DeliveryStatus.Pending;
        var other = isPending ? DeliveryStatus.Failed : DeliveryStatus.Pending;
        long? deadline = isPending ? null : SharedDeadline.After(now + Delivery.FailedRetention, RetentionStep);
        List<Operation> operations =
        [
            new Operation.Put(
                layout.Delivery(delivery.Status, delivery.Tenant, delivery.Id), DeliveryRecord.Write(delivery),
                deadline),
            new Operation.Delete(layout.Delivery(other, delivery.Tenant, delivery.Id)),
        ];
        if (value is { } bytes)
            operations.Add(new Operation.Put(layout.DeliveryValue(delivery.Tenant, delivery.Id), bytes, deadline));
        return operations;
    }

    /// <summary>Removes a pending delivery.</summary>
    public List<Operation> Remove(Tenant tenant, DeliveryId id) =>
    [
        new Operation.Delete(layout.Delivery(DeliveryStatus.Pending, tenant, id)),
        new Operation.Delete(layout.DeliveryValue(tenant, id)),
    ];

    /// <summary>
    /// Removes all deliveries of a webhook, and the log of accepted ones. Each operation needs a transaction of its
    /// own, as a range may hold any key.
    /// </summary>
    public IEnumerable<Operation> RemoveAll(Tenant tenant, Guid webhookId) =>
    [
        new Operation.Delete(KeyRange.Prefix(layout.DeliveryPrefix(DeliveryStatus.Pending, tenant, webhookId))),
        new Operation.Delete(KeyRange.Prefix(layout.DeliveryPrefix(DeliveryStatus.Failed, tenant, webhookId))),
        new Operation.Delete(KeyRange.Prefix(layout.DeliveryValuePrefix(tenant, webhookId))),
        new Operation.Delete(layout.FailingWebhook(tenant, webhookId)),
        new Operation.Delete(layout.AcceptedLog(tenant, webhookId)),
    ];

    /// <summary>Notifies the watcher to read the deliveries of a webhook again.</summary>
    public Operation Wake(Tenant tenant, Guid webhookId, DateTimeOffset now) => new Operation.Put(
        layout.Wake(tenant, webhookId), ReadOnlyMemory<byte>.Empty, now.ToUnixTimeSeconds() + WakeSeconds);
}
