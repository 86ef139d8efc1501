using System.Runtime.CompilerServices;

namespace Kv.Infrastructure.KeyValues;

/// <summary>Listings of keys, on either engine.</summary>
internal sealed partial class KeyValueListings(IStore store, KeyLayout layout, TimeProvider time) : IKeyValueListings
{
    // The size of the values is unknown at first. With the largest values this page takes some megabytes of memory for
    // each stalled reader.
    private const int FirstPage = 8;

    // For a read of keys alone: etcd loads the values as well before it omits them.
    private const int FirstNames = 64;

    // After a rolled-up prefix, few or many other keys may follow. Read a short page first, and longer pages while a
    // page contains more than one prefix.
    private const int AfterRollUp = 4;

    public async Task<KeyValueListing> List(
        Tenant tenant, string prefix, bool withContentTypes, CancellationToken cancellationToken)
    {
        var query = new RangeQuery(layout.KeyValuesOf(tenant, prefix), FirstPage);
        var epoch = store.Epoch;
        var first = await store.Range(query, cancellationToken);
        var contents = withContentTypes ? new ContentTypes(store, layout, tenant, first.Revision) : null;
        return new KeyValueListing(
            first.Revision, All(tenant, new ListingPages(store, epoch, query, first), contents, cancellationToken));
    }

    public async Task<KeyValuePage> Page(Tenant tenant, KeyValueQuery query, CancellationToken cancellationToken)
    {
        var prefix = layout.KeyValuePrefix(tenant);
        var builder = new PageBuilder(query, prefix.Bytes.Length);
        var range = layout.KeyValuesOf(tenant, query.Prefix);
        if (query.From is { } from)
            range = range.From(new StoreKey((byte[])[.. prefix.Span, .. from.Start.Span]));
        if (query.Contains is { } text)
            return await Search(tenant, query, range, text, cancellationToken);
        var isWithValues = query.Fields == KeyFields.All;
        var first = Math.Min(query.Limit, isWithValues ? FirstPage : FirstNames);
        var ask = new RangeQuery(range, first, query.From?.Revision ?? 0, KeysOnly: !isWithValues);
        StoreKey? next = null;
        for (var page = await First(ask, query.Options, cancellationToken); ;
            page = await store.Range(ask, cancellationToken))
        {
            ask = ask with { Revision = page.Revision };
            var before = builder.Count;
            var left = page.Entries.FirstOrDefault(entry => !builder.TryAdd(entry));
            if (left is not null)
            {
                next = left.Key;
                break;
            }
            if (page.Next is not { } start)
                break;
            var isBehind = builder.RolledUpTo.CompareTo(start) > 0;
            var resume = isBehind ? builder.RolledUpTo : start;
            if (resume.CompareTo(range.End) >= 0)
                break;
            // The first page shows how large the values are.
            var more = isBehind && builder.Count - before <= 1 ? AfterRollUp
                : isWithValues ? builder.Fitting
                : ask.Limit * 2;
            // One more entry shows whether a full page is the last.
            ask = ask with
            {
                Range = range.From(resume),
                Limit = builder.IsFull ? 1 : Math.Min(more, Math.Min(query.Limit, page.FittingLimit)),
            };
        }
        var keyValues = await Read(
            tenant, query, builder.Entries, ask.Revision, prefix.Bytes.Length, cancellationToken);
        return new KeyValuePage(
            keyValues, builder.Prefixes,
            next is { } key ? new PagePosition(ask.Revision, key.Bytes[prefix.Bytes.Length..]) : null, ask.Revision);
    }

    public async IAsyncEnumerable<(Tenant Tenant, Key Key)> Names(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = new RangeQuery(layout.KeyValues, FirstPage, KeysOnly: true);
        var epoch = store.Epoch;
        var pages = new ListingPages(store, epoch, query, await store.Range(query, cancellationToken));
        await foreach (var page in pages.Read(cancellationToken))
            foreach (var entry in page.Entries)
                if (layout.ReadKeyValue(entry.Key) is { } name)
                    yield return name;
    }

    public async Task<(long Count, long Revision)> Count(
        Tenant tenant, string prefix, CancellationToken cancellationToken)
    {
        var revision = await store.CurrentRevision(layout, cancellationToken);
        var range = layout.KeyValuesOf(tenant, prefix);
        return (await store.Count(range, revision, cancellationToken), revision);
    }

    private async Task<RangePage> First(RangeQuery ask, ReadOptions options, CancellationToken cancellationToken)
    {
        if (ask.Revision != 0)
            return await store.Range(ask, cancellationToken);
        var page = await store.Range(ask with { Consistency = options.Consistency }, cancellationToken);
        if (page.Revision < options.MinRevision)
            page = await store.Range(ask, cancellationToken);
        return page.Revision < options.MinRevision
            ? throw new RevisionInFutureException(options.MinRevision, current: page.Revision)
            : page;
    }

    private async Task<IReadOnlyList<KeyValue>> Read(
        Tenant tenant, KeyValueQuery query, List<Entry> entries, long revision, int tenantBytes,
        CancellationToken cancellationToken)
    {
        var contents = query.Fields == KeyFields.Key ? null : new ContentTypes(store, layout, tenant, revision);
        var keyValues = new List<KeyValue>(entries.Count);
        foreach (var entry in entries)
            keyValues.Add(await ToKeyValue(entry, contents, tenantBytes, cancellationToken));
        return keyValues;
    }

    private async IAsyncEnumerable<KeyValue> All(
        Tenant tenant, ListingPages pages, ContentTypes? contents,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var tenantBytes = layout.KeyValuePrefix(tenant).Bytes.Length;
        await foreach (var page in pages.Read(cancellationToken))
            foreach (var entry in page.Entries)
                yield return await ToKeyValue(entry, contents, tenantBytes, cancellationToken);
    }

    private async ValueTask<KeyValue> ToKeyValue(
        Entry entry, ContentTypes? contents, int tenantBytes, CancellationToken cancellationToken) =>
        EntryMapper.ToKeyValue(
        EntryMapper.KeyOf(entry, tenantBytes), entry, time,
        contents is null ? null : await contents.Find(entry.Key, cancellationToken));
}
