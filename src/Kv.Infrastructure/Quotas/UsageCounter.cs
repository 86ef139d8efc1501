using Kv.Domain.KeyValues;
using Kv.Domain.Quotas;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Infrastructure.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Quotas;

/// <summary>
/// Counts what the tenants have, by reading every key once, at one revision, and then follows the store's changes from the next one on.
/// When changes are lost to it, because the store has forgotten them, it counts again; the totals stay meanwhile as they were.
/// </summary>
internal sealed partial class UsageCounter(
    IStore store, KeyLayout layout, UsageTotals totals, QuotaTelemetry telemetry, TimeProvider time, ILogger<UsageCounter> logger)
    : BackgroundService
{
    // Pages grow while they are not full: of the first nobody knows how large its values are.
    private const int FirstPage = 8;
    private const int LargestPage = 1024;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private bool _isCounted;
    private TimeSpan _counting;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var failures = 0; !stoppingToken.IsCancellationRequested;)
        {
            try
            {
                if (!_isCounted)
                    await Count(stoppingToken);
                totals.Follows(true);
                await foreach (var set in store.Watch(layout.Watched, totals.Revision + 1, stoppingToken))
                {
                    if (!TryApply(set))
                    {
                        LogMisfit(set.Revision);
                        _isCounted = false;
                        break;
                    }
                    failures = 0;
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (RevisionCompactedException compacted)
            {
                LogForgotten(compacted.Message);
                _isCounted = false;
            }
            catch (StoreException error)
            {
                LogLost(error.Message);
            }
            catch (Exception error)
            {
                LogFault(error);
                _isCounted = false;
            }
            totals.Follows(false);
            await Task.Delay(Pause(failures++), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // To count is to read everything: whatever makes it necessary again and again, the store is left alone for as long as it took.
    private TimeSpan Pause(int failures)
    {
        var pause = Backoff.After(failures);
        if (!_isCounted && _counting > pause)
            pause = _counting < LongestPause ? _counting : LongestPause;
        return pause;
    }

    private async Task Count(CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        try
        {
            await Count(start, cancellationToken);
        }
        finally
        {
            _counting = time.GetElapsedTime(start);
        }
    }

    private async Task Count(long start, CancellationToken cancellationToken)
    {
        var counted = new Dictionary<Tenant, Usage>();
        // What has expired is told by a change when it is removed, so until then it counts.
        var query = new RangeQuery(layout.KeyValues, FirstPage, WithExpired: true);
        while (true)
        {
            var page = await store.Range(query, cancellationToken);
            foreach (var entry in page.Entries)
                if (layout.ReadKeyValue(entry.Key) is { } place)
                    counted[place.Tenant] = counted.GetValueOrDefault(place.Tenant) + Usage.Of(place.Key, entry.Value.Length);
            if (page.Next is not { } next)
            {
                totals.Replace(counted, page.Revision);
                _isCounted = true;
                telemetry.Counted();
                LogCounted(counted.Values.Sum(usage => usage.Keys), counted.Count, page.Revision, time.GetElapsedTime(start).TotalSeconds);
                return;
            }
            query = query with
            {
                Range = layout.KeyValues.From(next),
                Revision = page.Revision,
                Limit = Math.Min(LargestPage, 2 * Math.Min(query.Limit, page.FittingLimit)),
            };
        }
    }

    private bool TryApply(ChangeSet set)
    {
        var changes = new List<(Tenant, Usage)>(set.Changes.Count);
        foreach (var change in set.Changes)
        {
            if (layout.ReadKeyValue(change.Key) is not { } place)
                continue;
            // The store has forgotten what was there before.
            if (change.Previous is null && change.Current is not { Version: 1 })
                return false;
            changes.Add((place.Tenant, SizeOf(place.Key, change.Current) - SizeOf(place.Key, change.Previous)));
        }
        return totals.Apply(set.Revision, changes);
    }

    private static Usage SizeOf(Key key, Entry? entry) => entry is null ? default : Usage.Of(key, entry.Value.Length);
}
