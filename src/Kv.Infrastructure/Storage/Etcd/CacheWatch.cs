using Etcdserverpb;
using Grpc.Core;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// A watch that keeps keys in memory up to date, for linearizable reads. It lives as long as its stream to one member:
/// linearizable reads do not use the keys of a lost stream. So no restore of etcd can come between the keys and their
/// watch, because a member is restored only while it is stopped.
/// </summary>
internal sealed class CacheWatch
{
    // A member answers a progress request only when the watch is up to date. The request is repeated after this time.
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(50);

    private readonly EtcdConnection _connection;
    private readonly KeyRange _range;
    private readonly TimeProvider _time;
    private readonly EtcdHistory.EpochSnapshot _opened;
    private readonly EtcdChannel _channel;
    private readonly Lock _gate = new();
    private readonly List<(long Revision, TaskCompletionSource Reached)> _waiting = [];
    private readonly CachedKeys _keys;
    private AsyncDuplexStreamingCall<WatchRequest, WatchResponse>? _call;
    private bool _reportsProgress;
    private volatile bool _isFollowing;
    private long _askedAt;
    private long _missed;

    public CacheWatch(EtcdConnection connection, KeyRange range, long maxBytes, TimeProvider time)
    {
        (_connection, _range, _keys, _time) = (connection, range, new CachedKeys(maxBytes), time);
        _opened = connection.History.Now();
        _channel = connection.Next();
    }

    public CachedKeys Keys => _keys;

    /// <summary>Whether the store has not been restored since the watch began.</summary>
    public bool IsOfCurrentEpoch => _opened.State.Epoch == _connection.History.Epoch;

    /// <summary>Follows the changes until the stream is lost, or the keys are not wanted.</summary>
    /// <param name="started">Called when the keys can be used.</param>
    /// <param name="isWanted">Whether they are wanted; asked with each change.</param>
    public async Task Follow(Action started, Func<bool> isWanted, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken, _opened.State.Ended);
        var version = await _channel.Version(_connection.Deadline);
        _reportsProgress = version is not null && EtcdFaults.ReportsProgress(version);
        var current = await Current(ending.Token);
        using var call = _call = _channel.Watch(ending.Token);
        try
        {
            // One revision early, as in EtcdWatchSession: only then is a compaction in between reported.
            var create = EtcdMessages.ToWatch(_range, current);
            await Calls.Send(call.RequestStream, new WatchRequest { CreateRequest = create });
            await Read(call.ResponseStream, current, started, isWanted, ending.Token);
        }
        finally
        {
            _isFollowing = false;
        }
    }

    /// <summary>
    /// Asks the member of the watch for the current revision, and waits until the keys have reached it.
    /// </summary>
    /// <returns>
    /// The revision; null when the member did not answer, or the watch is late: then the keys must be read from etcd.
    /// </returns>
    public async ValueTask<long?> Pass()
    {
        if (!IsUsable || _channel.Health != MemberHealth.Well)
            return null;
        // The watch was late, and has not reached that revision since.
        if (_keys.Through < Volatile.Read(ref _missed))
        {
            AskForProgress();
            return null;
        }
        var asked = _time.GetTimestamp();
        _connection.CountCall();
        try
        {
            var revision = await Current(CancellationToken.None);
            return await Reaches(revision, _time.GetElapsedTime(asked)) ? revision : null;
        }
        catch (RpcException error) when (EtcdErrors.IsTransient(error))
        {
            return null;
        }
    }

    /// <summary>Waits until the keys have reached a revision.</summary>
    /// <param name="took">
    /// How long the call took that returned the revision: a progress report takes about as long.
    /// </param>
    /// <returns>Whether they have; otherwise the watch is late.</returns>
    public async ValueTask<bool> Reaches(long revision, TimeSpan took)
    {
        if (!IsUsable)
            return false;
        if (_keys.Through >= revision)
            return true;
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
            _waiting.Add((revision, reached));
        AskForProgress();
        var patience = took + GroupRead.LongCall;
        if (_keys.Through < revision)
            await reached.Task.WaitAsync(patience, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
            _waiting.Remove((revision, reached));
        if (_keys.Through >= revision)
            return IsUsable;
        Volatile.Write(ref _missed, revision);
        return false;
    }

    private bool IsUsable => _isFollowing && IsOfCurrentEpoch;

    // A linearizable read without a value.
    private async Task<long> Current(CancellationToken cancellationToken)
    {
        var request = new RangeRequest { Key = EtcdMessages.Wrap(_range.Start), CountOnly = true };
        var answer = await Calls.Once(
            _channel, _connection.Deadline, (channel, options) => channel.Keys.RangeAsync(request, options),
            cancellationToken: cancellationToken);
        return answer.Header.Revision;
    }

    private async Task Read(
        IAsyncStreamReader<WatchResponse> responses, long current, Action started, Func<bool> isWanted,
        CancellationToken cancellationToken)
    {
        while (await responses.MoveNext(cancellationToken) && isWanted())
        {
            var response = responses.Current;
            _connection.History.Observe(_opened, response.Header, isLinearizable: false);
            if (response.Canceled || response.CompactRevision > 0)
                throw EtcdErrors.FromCancelledWatch(response.CancelReason);
            if (response.Created)
            {
                _keys.Advance(current);
                _isFollowing = true;
                started();
            }
            else
            {
                Apply(response);
            }
        }
    }

    private void Apply(WatchResponse response)
    {
        _keys.Apply(response.Events);
        // The changes of one revision may come in several messages.
        if (response.Fragment)
            return;
        if (response.Events.Count > 0)
            Advance(response.Events[^1].Kv.ModRevision);
        else if (_reportsProgress)
            ApplyProgress(response.Header.Revision);
    }

    private void ApplyProgress(long revision)
    {
        Volatile.Write(ref _askedAt, 0);
        Advance(revision);
        lock (_gate)
            if (_waiting.Count == 0)
                return;
        AskForProgress();
    }

    private void Advance(long revision)
    {
        _keys.Advance(revision);
        lock (_gate)
            _waiting.RemoveAll(waiting => waiting.Revision <= revision && waiting.Reached.TrySetResult());
    }

    // One request is in flight at a time.
    private void AskForProgress()
    {
        var now = _time.GetTimestamp();
        var asked = Volatile.Read(ref _askedAt);
        if (!_reportsProgress || (asked != 0 && _time.GetElapsedTime(asked, now) < ProgressInterval)
            || Interlocked.CompareExchange(ref _askedAt, now, asked) != asked)
            return;
        _ = Calls.Send(_call!.RequestStream, new WatchRequest { ProgressRequest = new WatchProgressRequest() })
            .ContinueWith(sent => sent.Exception, TaskScheduler.Default);
    }
}
