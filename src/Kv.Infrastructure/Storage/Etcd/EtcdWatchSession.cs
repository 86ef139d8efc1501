using Etcdserverpb;
using Grpc.Core;
using EtcdEvent = Mvccpb.Event;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// The part of a watch on one connection. It fails with an <see cref="RpcException"/> when the connection is lost; the
/// watch then continues with another session, from <see cref="NextRevision"/>. A session with a last revision tells
/// which keys changed, without their entries.
/// </summary>
internal sealed class EtcdWatchSession(
    EtcdConnection connection, ForeignLeases foreignLeases, TimeProvider time, KeyRange range, long fromRevision,
    long throughRevision = long.MaxValue, TimeSpan quiet = default)
    : IDisposable
{
    // etcd brings a watch of the past up to date every 100 ms, and answers a progress request only after that. Ask
    // twice as often.
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(50);

    private readonly EtcdHistory.EpochSnapshot _opened = connection.History.Now();
    private readonly Queue<ChangeSet> _ready = new();
    private readonly List<EtcdEvent> _fragments = [];
    private AsyncDuplexStreamingCall<WatchRequest, WatchResponse>? _call;
    private long _changedAt;

    /// <summary>The first revision whose changes have not been delivered.</summary>
    public long NextRevision { get; private set; } = fromRevision;

    /// <summary>The next changes. Waits until there are some; null after the last revision.</summary>
    public async Task<ChangeSet?> Next(CancellationToken cancellationToken)
    {
        if (_call is null)
            await Open(cancellationToken);
        while (_ready.Count == 0)
        {
            if (NextRevision > throughRevision)
                return null;
            if (!await MoveNext(cancellationToken))
                throw new RpcException(new Status(StatusCode.Unavailable, "etcd ended the watch stream"));
            await Process(_call!.ResponseStream.Current);
        }
        var changes = _ready.Dequeue();
        NextRevision = changes.Revision + 1;
        return changes.Revision > throughRevision ? null : changes;
    }

    public void Dispose() => _call?.Dispose();

    /// <summary>Converts an event that has its entries.</summary>
    public static async ValueTask<Change> ToChange(EtcdEvent change, ForeignLeases foreignLeases, TimeProvider time)
    {
        var previous = change.PrevKv is { } before ? EtcdMessages.ToEntry(before) : null;
        if (change.Type == EtcdEvent.Types.EventType.Put)
        {
            var current = EtcdMessages.HasForeignLease(change.Kv)
                ? EtcdMessages.ToEntry(change.Kv, await foreignLeases.DeadlineOf(change.Kv.Lease))
                : EtcdMessages.ToEntry(change.Kv);
            return new Change(ChangeKind.Put, current.Key, current, previous);
        }
        var expired = change.PrevKv is { } gone && EtcdMessages.HasForeignLease(gone)
            ? await foreignLeases.HasEnded(gone.Lease)
            : previous is not null && previous.IsExpiredAt(time.GetUtcNow());
        return new Change(
            expired ? ChangeKind.Expire : ChangeKind.Delete, new StoreKey(change.Kv.Key.Memory), null, previous);
    }

    private bool HasEnd => throughRevision != long.MaxValue;

    // A watch with an end gets no event while its keys are not written: ask etcd for the watch's progress.
    private async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        var moving = _call!.ResponseStream.MoveNext(cancellationToken);
        while (HasEnd && !moving.IsCompleted)
        {
            await Calls.Send(_call.RequestStream, new WatchRequest { ProgressRequest = new WatchProgressRequest() });
            await ((Task)moving).WaitAsync(ProgressInterval, time, CancellationToken.None)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return await moving;
    }

    private Task Open(CancellationToken cancellationToken)
    {
        // Start one revision earlier: etcd accepts a watch from exactly its compact revision, though the deletes of
        // that revision are gone. From the revision before, it reports the compaction.
        var create = EtcdMessages.ToWatch(range, Math.Max(1, NextRevision - 1));
        (create.PrevKv, create.ProgressNotify) = (!HasEnd, true);
        _call = connection.Next().Watch(cancellationToken);
        return Calls.Send(_call.RequestStream, new WatchRequest { CreateRequest = create });
    }

    private async Task Process(WatchResponse response)
    {
        connection.History.Observe(_opened, response.Header, isLinearizable: false);
        if (response.CompactRevision > 0)
            throw new RevisionCompactedException(response.CompactRevision);
        if (response.Canceled)
            throw EtcdErrors.FromCancelledWatch(response.CancelReason);
        if (response.Created || response.Events.Count > 0)
            _changedAt = time.GetTimestamp();
        _fragments.AddRange(response.Events.Where(change => change.Kv.ModRevision >= NextRevision));
        if (response.Fragment)
            return;
        // A response without events reports that there were none up to its revision. So a quiet watch advances, and
        // compaction does not overtake it.
        if (_fragments.Count == 0 && !response.Created && time.GetElapsedTime(_changedAt) >= quiet)
            NextRevision = Math.Max(NextRevision, response.Header.Revision + 1);
        foreach (var revision in _fragments.GroupBy(change => change.Kv.ModRevision))
        {
            var changes = new List<Change>();
            foreach (var change in revision)
                changes.Add(HasEnd ? WithoutEntries(change) : await ToChange(change, foreignLeases, time));
            changes.Sort((left, right) => left.Key.CompareTo(right.Key));
            _ready.Enqueue(new ChangeSet(revision.Key, changes));
        }
        _fragments.Clear();
    }

    private static Change WithoutEntries(EtcdEvent change) => new(
        change.Type == EtcdEvent.Types.EventType.Put ? ChangeKind.Put : ChangeKind.Delete,
        new StoreKey(change.Kv.Key.Memory), null, null);
}
