using System.Runtime.CompilerServices;
using Etcdserverpb;
using Grpc.Core;
using EtcdKeyValue = Mvccpb.KeyValue;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// A watch that outlives its connections. Before it continues on another connection, it checks that the last delivered
/// change still exists. If not, etcd was restored, and the revision at which the watch would continue belongs to
/// another history.
/// </summary>
internal sealed partial class EtcdWatch(
    EtcdConnection connection, ForeignLeases foreignLeases, TimeProvider time, ILogger logger)
{
    // A member that does not report progress reliably counts only when the watch has been open for this long without a
    // change: etcd brings watches up to date every 100 ms.
    private static readonly TimeSpan QuietBefore = TimeSpan.FromSeconds(1);

    private TimeSpan? _quiet;

    /// <summary>The changes of a range from a revision on, up to another revision or without end.</summary>
    public async IAsyncEnumerable<ChangeSet> Follow(
        KeyRange range, long fromRevision, long throughRevision,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(fromRevision, 1);
        // Read the epoch first: everything after belongs to it.
        var epoch = connection.History.Now().State;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, epoch.Ended);
        var quiet = throughRevision == long.MaxValue ? default : await QuietTime(cancellationToken);
        var session = NewSession(fromRevision);
        Entry? delivered = null;
        var isConfirmed = true;
        try
        {
            for (var failures = 0; ;)
            {
                ChangeSet? changes = null;
                try
                {
                    if (!isConfirmed)
                        await Confirm(delivered?.Key ?? range.Start, delivered);
                    isConfirmed = true;
                    changes = await session.Next(ending.Token);
                    failures = 0;
                    if (changes is null)
                        break;
                }
                catch (Exception error) when (ending.IsCancellationRequested
                    && error is RpcException or OperationCanceledException)
                {
                    throw Ended();
                }
                catch (RpcException error)
                {
                    LogWatchLost(session.NextRevision, error.StatusCode, error.Status.Detail);
                    var next = session.NextRevision;
                    session.Dispose();
                    session = NewSession(next);
                    isConfirmed = false;
                    await Task.Delay(Backoff.After(failures++), time, ending.Token).ConfigureAwait(
                        ConfigureAwaitOptions.SuppressThrowing);
                }
                if (ending.IsCancellationRequested)
                    throw Ended();
                if (changes is not null)
                {
                    delivered =
                        changes.Changes.LastOrDefault(change => change.Current is not null)?.Current ?? delivered;
                    yield return changes;
                }
            }
        }
        finally
        {
            session.Dispose();
        }

        EtcdWatchSession NewSession(long from) =>
            new(connection, foreignLeases, time, range, from, throughRevision, quiet);

        Exception Ended() => cancellationToken.IsCancellationRequested
            ? new OperationCanceledException(cancellationToken)
            : new StoreRestoredException(connection.History.Epoch.Since);
    }

    // How long a watch must be without a change for a report of its progress to be reliable; the version is read once.
    private async ValueTask<TimeSpan> QuietTime(CancellationToken cancellationToken)
    {
        if (_quiet is { } known)
            return known;
        try
        {
            var status = await Calls.Repeat(
                connection, time, (channel, options) => channel.Maintenance.StatusAsync(new StatusRequest(), options),
                cancellationToken: cancellationToken);
            return (_quiet = EtcdFaults.ReportsProgress(status.Version) ? TimeSpan.Zero : QuietBefore).Value;
        }
        catch (RpcException)
        {
            return QuietBefore;
        }
    }

    // Checks that the last delivered change is still in the history. Before the first one, only the answer's header can
    // show a restore.
    private async Task Confirm(StoreKey key, Entry? delivered)
    {
        var before = connection.History.Now();
        try
        {
            var (kv, revision) = await Read(key);
            if (delivered is null)
                return;
            // A newer or missing entry means that the key was written again or deleted: check the past. An older entry
            // proves a restore.
            if (kv is null || kv.ModRevision > delivered.ModRevision)
                (kv, revision) = await Read(key, delivered.ModRevision);
            if (!IsSame(kv, delivered))
                connection.History.ReportMissing(before, revision);
        }
        catch (RpcException error) when (EtcdErrors.IsCompacted(error))
        {
            // The past is compacted: there is nothing to check.
        }
    }

    private async Task<(EtcdKeyValue? Kv, long Revision)> Read(StoreKey key, long at = 0)
    {
        var request = new RangeRequest { Key = EtcdMessages.Wrap(key), Revision = at };
        var answer = await Calls.Repeat(
            connection, time, (channel, options) => channel.Keys.RangeAsync(request, options));
        return (answer.Kvs.SingleOrDefault(), answer.Header.Revision);
    }

    private static bool IsSame(EtcdKeyValue? kv, Entry entry) =>
        kv is not null
        && (kv.ModRevision, kv.CreateRevision, kv.Version) == (entry.ModRevision, entry.CreateRevision, entry.Version)
        && kv.Value.Span.SequenceEqual(entry.Value.Span);
}
