using Kv.Domain.Audit;
using Kv.Infrastructure.Audit;

namespace Kv.Infrastructure.KeyValues;

/// <summary>Keys and values, on either engine.</summary>
internal sealed class KeyValueRepository(IStore store, KeyLayout layout, AuditRecords audit, TimeProvider time)
    : IKeyValueRepository
{
    // An attempt to change a time to live fails only because of another write of the same key.
    private const int MaxTries = 20;

    public ValueTask<KeyValueRead> Get(
        Tenant tenant, Key key, ReadOptions options, CancellationToken cancellationToken) =>
        options.AtRevision != 0 ? new(ReadPast(tenant, key, options, cancellationToken))
        : options.MinRevision != 0 ? ReadSince(tenant, key, options, cancellationToken)
        : Read(tenant, key, options, cancellationToken);

    public async Task<KeyValueWrite> Set(
        Tenant tenant, Key key, ReadOnlyMemory<byte> value, SetOptions options, CancellationToken cancellationToken)
    {
        var expiry = options.ExpiryFrom(time.GetUtcNow());
        var place = layout.KeyValue(tenant, key);
        var put = new Operation.Put(place, value, expiry?.ExpireAt);
        var type = ContentTypes.Write(layout.Content(tenant, key), options.ContentType, expiry);
        IReadOnlyList<Operation> operations = type is null ? [put] : [put, type];
        operations = audit.With(operations, tenant, AuditOperations.Set, key);
        var result = await store.Commit(Conditions.Guard(place, options.Condition, operations), cancellationToken);
        return result.Succeeded
            ? new KeyValueWrite(true, result.Revision, KeyValue: new KeyValue(key, value, expiry, result.Revision))
            : Conditions.NotMet(result);
    }

    public async Task<KeyValueWrite> SetTtl(
        Tenant tenant, Key key, long? ttlSeconds, Precondition condition, CancellationToken cancellationToken)
    {
        var (place, beside) = (layout.KeyValue(tenant, key), layout.Content(tenant, key));
        for (var tries = 0; tries < MaxTries; tries++)
        {
            var found = await store.Commit(
                Transaction.Unconditional(
                    new Operation.Read(place, keysOnly: true), new Operation.Read(beside, keysOnly: true)),
                cancellationToken);
            var (entry, content) =
                (found.Results[0].Entries.SingleOrDefault(), found.Results[1].Entries.SingleOrDefault());
            if (entry is null || !Conditions.Holds(condition, entry))
                return new KeyValueWrite(false, found.Revision, entry?.ModRevision ?? 0);
            var expiry = ttlSeconds is { } ttl ? Expiry.After(ttl, time.GetUtcNow()) : (Expiry?)null;
            var touch = Touch(entry, content, place, beside, condition, expiry);
            if (audit.AreKept)
                touch = new Transaction(touch.Compares, audit.With(touch.Then, tenant, AuditOperations.SetTtl, key));
            var result = await store.Commit(touch, cancellationToken);
            if (result.Succeeded)
                return new KeyValueWrite(
                    true, result.Revision, KeyValue: new KeyValue(key, default, expiry, result.Revision));
        }
        throw new StoreUnavailableException("Other writes of the key prevented every change of its time to live.");
    }

    public async Task<KeyValueWrite> Delete(
        Tenant tenant, Key key, Precondition condition, CancellationToken cancellationToken)
    {
        var place = layout.KeyValue(tenant, key);
        // A delete under the condition that the key is absent deletes nothing, and needs no audit record.
        if (condition.Kind == PreconditionKind.Absent)
        {
            var looked = await store.Commit(Conditions.Guard(place, condition, []), cancellationToken);
            return looked.Succeeded ? new KeyValueWrite(true, looked.Revision) : Conditions.NotMet(looked);
        }
        IReadOnlyList<Operation> operations =
            [new Operation.Delete(place), new Operation.Delete(layout.Content(tenant, key))];
        // An absent key is not deleted, and needs no audit record.
        var isRecordedIfThere = audit.AreKept && condition.Kind == PreconditionKind.None;
        var removal = Conditions.Guard(place, isRecordedIfThere ? Precondition.Exists : condition, operations);
        var result = await audit.Remove(store, removal, tenant, AuditOperations.Delete, key, cancellationToken);
        return result.Succeeded || isRecordedIfThere
            ? new KeyValueWrite(true, result.Revision)
            : Conditions.NotMet(result);
    }

    // A key and its content type are touched together, and only if neither was written since the read: a later write
    // may have changed or removed the content type. A key without a content type is touched despite other writes,
    // unless one of them sets a content type.
    private static Transaction Touch(
        Entry entry, Entry? content, StoreKey place, StoreKey beside, Precondition condition, Expiry? expiry)
    {
        var touch = new Operation.Touch(place, expiry?.ExpireAt);
        var contentAsFound = Compare.ModRevision(beside, CompareRelation.Equal, content?.ModRevision ?? 0);
        if (content?.ModRevision == entry.ModRevision)
            return new Transaction(
                [Compare.ModRevision(place, CompareRelation.Equal, entry.ModRevision), contentAsFound],
                [touch, new Operation.Touch(beside, expiry?.ExpireAt)]);
        var held = condition.Kind is PreconditionKind.WrittenAt or PreconditionKind.CreatedAt
            ? Conditions.ToCompare(place, condition)
            : Compare.Exists(place);
        // A content type of an earlier value must not outlive the key.
        return new Transaction(
            [held, contentAsFound],
            content is not null && expiry is not null ? [touch, new Operation.Delete(beside)] : [touch]);
    }

    private async ValueTask<KeyValueRead> ReadSince(
        Tenant tenant, Key key, ReadOptions options, CancellationToken cancellationToken)
    {
        var read = await Read(tenant, key, options, cancellationToken);
        // A member may lag: read from the leader, which has the revision, instead of waiting.
        if (read.Revision < options.MinRevision && options.Consistency == ReadConsistency.Serializable)
            read = await Read(
                tenant, key, options with { Consistency = ReadConsistency.Linearizable }, cancellationToken);
        if (read.Revision < options.MinRevision)
            throw new RevisionInFutureException(options.MinRevision, current: read.Revision);
        return read;
    }

    private async ValueTask<KeyValueRead> Read(
        Tenant tenant, Key key, ReadOptions options, CancellationToken cancellationToken)
    {
        var place = layout.KeyValue(tenant, key);
        if (!options.WithContentType)
        {
            var read = await store.Get(place, options.Consistency, cancellationToken);
            return new KeyValueRead(
                read.Entry is { } found ? EntryMapper.ToKeyValue(key, found, time) : null, read.Revision);
        }
        var pair = await store.GetPair(place, layout.Content(tenant, key), options.Consistency, cancellationToken);
        return new KeyValueRead(
            pair.First is { } entry ? EntryMapper.ToKeyValue(key, entry, time, pair.Second) : null, pair.Revision);
    }

    private async Task<KeyValueRead> ReadPast(
        Tenant tenant, Key key, ReadOptions options, CancellationToken cancellationToken)
    {
        var page = await store.Range(At(layout.KeyValue(tenant, key)), cancellationToken);
        if (page.Entries is not [var entry])
            return new KeyValueRead(null, options.AtRevision);
        var content = options.WithContentType
            ? await store.Range(At(layout.Content(tenant, key)), cancellationToken)
            : null;
        return new KeyValueRead(
            EntryMapper.ToKeyValue(key, entry, time, content?.Entries.SingleOrDefault()), options.AtRevision);

        RangeQuery At(StoreKey place) => new(KeyRange.Single(place), Limit: 1, options.AtRevision);
    }
}
