using Kv.Domain.Quotas;
using Kv.Infrastructure.Changes;
using Kv.Infrastructure.Idempotency;
using Microsoft.Extensions.Hosting;

namespace Kv.Infrastructure.Quotas;

/// <summary>
/// Counts the usage of tenants: it reads every key once, at one revision, and then follows the store's changes. When
/// the store has compacted changes that it has not read, it counts again; the totals stay as they were meanwhile.
/// </summary>
internal sealed partial class UsageCounter(
    IStore store, KeyLayout layout, UsageTotals totals, QuotaTelemetry telemetry, TimeProvider time,
    ILogger<UsageCounter> logger)
    : BackgroundService, IFeedReader
{
    // The size of the values is unknown at first, so pages begin small and grow.
    private const int FirstPage = 8;
    private const int LargestPage = 1024;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private bool _isCounted;
    private Epoch _epoch = store.Epoch;
    private TimeSpan _counting;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        new FeedFollower(store, time).Follow(this, stoppingToken);

    async ValueTask<FeedPosition> IFeedReader.Position(CancellationToken cancellationToken)
    {
        if (!_isCounted)
            await Count(cancellationToken);
        totals.SetFollowing(true);
        return new FeedPosition(_epoch, layout.Counted, totals.Revision, SizesOnly: true);
    }

    ValueTask<bool> IFeedReader.Read(ChangeSet set, CancellationToken cancellationToken)
    {
        var fits = TryApply(set);
        if (!fits)
            LogUnfittingChange(set.Revision);
        return ValueTask.FromResult(fits);
    }

    TimeSpan? IFeedReader.Ended(FeedEnd end)
    {
        switch (end.Error)
        {
            case StoreRestoredException restored:
                LogRestored(restored.Message);
                break;
            case RevisionCompactedException compacted:
                LogCompacted(compacted.Message);
                break;
            case StoreException error:
                if (end.Failures == 0)
                    LogLost(error.Message);
                break;
            case { } fault:
                LogFault(fault);
                break;
        }
        // After an error without lost changes the counter continues at its position.
        _isCounted &= end.Error is StoreException and not RevisionCompactedException;
        totals.SetFollowing(false);
        return _isCounted ? end.Pause : PauseBeforeCount(end.Pause);
    }

    // A count reads every key. The pause before the next one is at least as long as the last count took.
    private TimeSpan PauseBeforeCount(TimeSpan pause) =>
        _counting <= pause ? pause : _counting < LongestPause ? _counting : LongestPause;

    private async Task Count(CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        try
        {
            var counted = new Dictionary<Tenant, Usage>();
            _epoch = store.Epoch;
            var revision = 0L;
            foreach (var range in (KeyRange[])[layout.KeyValues, layout.Deliveries, layout.IdempotentRequests])
                revision = await Count(range, revision, counted, cancellationToken);
            totals.Replace(counted, revision);
            _isCounted = true;
            telemetry.Counts.Add();
            LogCounted(
                counted.Values.Sum(usage => usage.Keys), counted.Count, revision,
                time.GetElapsedTime(start).TotalSeconds);
        }
        finally
        {
            _counting = time.GetElapsedTime(start);
        }
    }

    private async Task<long> Count(
        KeyRange range, long revision, Dictionary<Tenant, Usage> counted, CancellationToken cancellationToken)
    {
        // The removal of an expired entry is a change, so the entry counts until then.
        var query = new RangeQuery(range, LargestPage, revision, WithExpired: true);
        await foreach (var page in store.Pages(query, cancellationToken, FirstPage))
        {
            revision = page.Revision;
            foreach (var entry in page.Entries)
                if (OwnerOf(entry.Key) is { } owner)
                    counted[owner.Tenant] = counted.GetValueOrDefault(owner.Tenant) + owner.UsageOf(entry);
        }
        return revision;
    }

    private bool TryApply(ChangeSet set)
    {
        var changes = new List<(Tenant, Usage)>(set.Changes.Count);
        foreach (var change in set.Changes)
        {
            if (OwnerOf(change.Key) is not { } owner)
                continue;
            // The store no longer keeps the previous entry.
            if (change.Previous is null && change.Current is not { Version: 1 })
                return false;
            changes.Add((owner.Tenant, owner.UsageOf(change.Current) - owner.UsageOf(change.Previous)));
        }
        return totals.Apply(set.Revision, changes);
    }

    // Deliveries and records of idempotent requests are not keys of the tenant, but they use its bytes.
    private Owner? OwnerOf(StoreKey place) =>
        layout.ReadKeyValue(place) is { } key ? new Owner(key.Tenant, Usage.ForKey(key.Key, valueBytes: 0))
        : layout.ReadIdempotent(place) is { } tenant ? new Owner(tenant, IdempotencyRecords.UsageOfName)
        : layout.Deliveries.Contains(place) && KeyLayout.ReadWebhookOfDelivery(place) is { } delivery
            ? new Owner(delivery.Tenant, default)
        : null;

    /// <param name="Tenant">The tenant whose usage contains the entry.</param>
    /// <param name="Name">The usage of the entry without its value.</param>
    private readonly record struct Owner(Tenant Tenant, Usage Name)
    {
        public Usage UsageOf(Entry? entry) => entry is null ? default : Name + new Usage(0, entry.ValueBytes);
    }
}
