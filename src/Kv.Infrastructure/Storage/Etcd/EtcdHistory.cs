using Etcdserverpb;
using Grpc.Core;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// Detects that etcd was restored from a backup, by three signs: the cluster's id is another one; a linearizable answer
/// has a revision below one that was seen before the request; or a change that a watch has delivered is missing. The id
/// alone is not enough: it is computed from the members' addresses and the cluster's token, so a restore with the same
/// values keeps it.
/// </summary>
internal sealed partial class EtcdHistory(TimeProvider time, ILogger logger)
{
    // Members are probed more often than this. A restored cluster was down before; a cluster that still answers was not
    // restored.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long? _warnedAt;
    private volatile EpochState _present = new(Epoch.First, cluster: 0, revision: 0);

    /// <summary>Raised when an epoch has ended, before any answer of the next one is returned.</summary>
    public event Action? Restored;

    public Epoch Epoch => _present.Epoch;

    /// <summary>
    /// The current epoch and its highest revision. Callers read it before a request, and pass it with the answer.
    /// </summary>
    public EpochSnapshot Now()
    {
        var present = _present;
        return new EpochSnapshot(present, present.Revision);
    }

    /// <summary>Processes the header of an answer.</summary>
    /// <param name="before">The state before the request.</param>
    /// <param name="isLinearizable">Whether the answer includes all that was acknowledged before the request.</param>
    /// <exception cref="RpcException">The answer is of another cluster, and the followed one still answers.</exception>
    public void Observe(EpochSnapshot before, ResponseHeader header, bool isLinearizable)
    {
        var state = before.State;
        // A late answer of the previous epoch says nothing about this one.
        if (state != _present)
            return;
        if (!state.Is(header.ClusterId))
        {
            if (time.GetElapsedTime(state.AnsweredAt) < Silence)
                throw ErrorOfAnotherCluster(header.ClusterId, state.Cluster);
            End(state, header.ClusterId, header.Revision);
        }
        else if (isLinearizable && header.Revision < before.Revision)
            End(state, header.ClusterId, header.Revision);
        else
            state.Advance(header.Revision, time.GetTimestamp());
    }

    /// <summary>Ends the epoch, because a change that was delivered in it is missing.</summary>
    /// <param name="before">The state before the request for the change.</param>
    public void ReportMissing(EpochSnapshot before, long revision) =>
        End(before.State, before.State.Cluster, revision);

    private void End(EpochState ended, ulong cluster, long revision)
    {
        lock (_gate)
        {
            // Another answer has ended it already.
            if (ended != _present)
                return;
            _present = new EpochState(new Epoch(ended.Epoch.Number + 1, revision), cluster, revision);
            _present.Advance(revision, time.GetTimestamp());
        }
        LogRestored(revision, ended.Revision, cluster, ended.Cluster);
        Restored?.Invoke();
        // Not awaited: the callbacks of the token may take long.
        _ = ended.End();
    }

    // Either the endpoints belong to two clusters, or some members were restored while others continue.
    private RpcException ErrorOfAnotherCluster(ulong cluster, ulong followed)
    {
        lock (_gate)
            if (_warnedAt is not { } warned || time.GetElapsedTime(warned) >= BetweenWarnings)
            {
                _warnedAt = time.GetTimestamp();
                LogAnotherCluster(cluster, followed);
            }
        return new RpcException(
            new Status(StatusCode.Unavailable, $"a member of another cluster answered ({cluster:x})"));
    }

    public readonly record struct EpochSnapshot(EpochState State, long Revision);

    /// <summary>An epoch, and what was seen in it.</summary>
#pragma warning disable CA1001 // The source has no timer and no parent, so it holds only memory.
    internal sealed class EpochState(Epoch epoch, ulong cluster, long revision)
#pragma warning restore CA1001
    {
        private readonly CancellationTokenSource _ending = new();
        private readonly LatestRevision _latest = new(revision);
        private ulong _cluster = cluster;
        private long _answeredAt;

        public Epoch Epoch { get; } = epoch;

        /// <summary>The id of the cluster; 0 before the first answer.</summary>
        public ulong Cluster => Volatile.Read(ref _cluster);

        public long Revision => _latest.Value;

        /// <summary>The time of the last answer, as a timestamp.</summary>
        public long AnsweredAt => Volatile.Read(ref _answeredAt);

        /// <summary>Cancelled when the epoch has ended.</summary>
        public CancellationToken Ended => _ending.Token;

        /// <summary>Whether the id is that of the first answer.</summary>
        public bool Is(ulong cluster) =>
            _cluster == cluster || Interlocked.CompareExchange(ref _cluster, cluster, 0) is 0 || _cluster == cluster;

        public void Advance(long revision, long at)
        {
            Volatile.Write(ref _answeredAt, at);
            _latest.RaiseTo(revision);
        }

        public Task End() => _ending.CancelAsync();
    }
}
