using Etcdserverpb;
using Grpc.Core;
using Kv.Domain.Storage;
using EtcdEvent = Mvccpb.Event;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// One connection's part of a watch. It ends by a <see cref="RpcException"/> when the connection is lost; the watch
/// then goes on with another session, from <see cref="NextRevision"/>.
/// </summary>
internal sealed class EtcdWatchSession(
    EtcdConnection connection, ForeignLeases foreignLeases, TimeProvider time, KeyRange range, long fromRevision)
    : IDisposable
{
    private readonly Queue<ChangeSet> _ready = new();
    private readonly List<EtcdEvent> _fragments = [];
    private AsyncDuplexStreamingCall<WatchRequest, WatchResponse>? _call;

    /// <summary>The revision from which changes have not been delivered yet.</summary>
    public long NextRevision { get; private set; } = fromRevision;

    /// <summary>The next changes. Waits as long as there are none.</summary>
    public async Task<ChangeSet> Next(CancellationToken cancellationToken)
    {
        if (_call is null)
            await Open(cancellationToken);
        while (_ready.Count == 0)
        {
            if (!await _call!.ResponseStream.MoveNext(cancellationToken))
                throw new RpcException(new Status(StatusCode.Unavailable, "etcd ended the watch stream"));
            await Take(_call.ResponseStream.Current);
        }
        var changes = _ready.Dequeue();
        NextRevision = changes.Revision + 1;
        return changes;
    }

    public void Dispose() => _call?.Dispose();

    private Task Open(CancellationToken cancellationToken)
    {
        var create = new WatchCreateRequest
        {
            Key = EtcdMessages.Wrap(range.Start),
            // One earlier than asked: etcd takes a watch from the very revision that it is compacted at, though it has
            // dropped the deletes there. From the one before, it says so.
            StartRevision = Math.Max(1, NextRevision - 1),
            PrevKv = true,
            ProgressNotify = true,
            // A revision may change more than one message holds: many keys expire together.
            Fragment = true,
        };
        if (!range.IsSingle)
            create.RangeEnd = EtcdMessages.Wrap(range.End);
        _call = connection.Watch(cancellationToken);
        return Calls.Send(_call.RequestStream, new WatchRequest { CreateRequest = create });
    }

    private async Task Take(WatchResponse response)
    {
        if (response.CompactRevision > 0)
            throw new RevisionCompactedException(response.CompactRevision);
        if (response.Canceled)
            throw EtcdErrors.OfCancelledWatch(response.CancelReason);
        _fragments.AddRange(response.Events.Where(change => change.Kv.ModRevision >= NextRevision));
        if (response.Fragment)
            return;
        // A notice without events says that there were none up to its revision: a quiet watch moves on, so that
        // compaction does not catch up with it.
        if (_fragments.Count == 0 && !response.Created)
            NextRevision = Math.Max(NextRevision, response.Header.Revision + 1);
        foreach (var revision in _fragments.GroupBy(change => change.Kv.ModRevision))
        {
            var changes = new List<Change>();
            foreach (var change in revision)
                changes.Add(await ToChange(change));
            changes.Sort((left, right) => left.Key.CompareTo(right.Key));
            _ready.Enqueue(new ChangeSet(revision.Key, changes));
        }
        _fragments.Clear();
    }

    private async ValueTask<Change> ToChange(EtcdEvent change)
    {
        var previous = change.PrevKv is { } before ? EtcdMessages.ToEntry(before) : null;
        if (change.Type == EtcdEvent.Types.EventType.Put)
        {
            var deadline = EtcdMessages.HasForeignLease(change.Kv) ? await foreignLeases.DeadlineOf(change.Kv.Lease) : (long?)null;
            var current = deadline is null ? EtcdMessages.ToEntry(change.Kv) : EtcdMessages.ToEntry(change.Kv, deadline);
            return new Change(ChangeKind.Put, current.Key, current, previous);
        }
        var expired = change.PrevKv is { } gone && EtcdMessages.HasForeignLease(gone)
            ? await foreignLeases.HasEnded(gone.Lease)
            : previous is not null && previous.IsExpiredAt(time.GetUtcNow());
        return new Change(
            expired ? ChangeKind.Expire : ChangeKind.Delete, new StoreKey(change.Kv.Key.Memory), null, previous);
    }
}
