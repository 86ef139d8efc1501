namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// One member of the cluster: its channel and its health. The member is probed continually with a read. When it does
/// not answer in time, later calls avoid it. When the member misses a second probe while another member answers, its
/// calls in flight are given up: reads are repeated on another member, watches continue there, and writes have an
/// unknown outcome.
/// </summary>
internal sealed partial class EtcdMember : IDisposable
{
    // The pause between two probes. It is up to four times as long while there are no calls, and while the member does
    // not answer.
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(200);
    private const int MaxRests = 4;

    // The cluster may be far away: an answer is late when it takes four times as long as that of the fastest member.
    private const int Slowness = 4;
    private static readonly TimeSpan MinPatience = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MaxPatience = TimeSpan.FromSeconds(1);

    private readonly EtcdConnection _cluster;
    private readonly Func<EtcdChannel> _connect;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _closed = new();
    private EtcdChannel _channel;
    private long _tookTicks = MaxPatience.Ticks;
    private ulong _term;
    private bool _isGivenUp;
    private bool _wasSilent;
    private bool _isIdentified;
    private volatile string? _knownFaults;

    public EtcdMember(EtcdConnection cluster, Func<EtcdChannel> connect, TimeProvider time, ILogger logger)
    {
        (_cluster, _connect, _time, _logger) = (cluster, connect, time, logger);
        _channel = connect();
    }

    public EtcdChannel Channel => Volatile.Read(ref _channel);

    /// <summary>The duration of the member's last answer.</summary>
    public TimeSpan Took => TimeSpan.FromTicks(Volatile.Read(ref _tookTicks));

    /// <summary>The known faults of the member's version, as a sentence; null when there are none.</summary>
    public string? KnownFaults => _knownFaults;

    /// <summary>How long to wait for an answer, given the duration of the fastest member's.</summary>
    public static TimeSpan PatienceFor(TimeSpan fastest) =>
        TimeSpan.FromTicks(Math.Clamp(Slowness * fastest.Ticks, MinPatience.Ticks, MaxPatience.Ticks));

    /// <summary>Probes the member until it is disposed.</summary>
    public async Task RunProbes()
    {
        var misses = 0;
        do
        {
            try
            {
                misses = await Probe(misses);
            }
            catch (Exception error)
            {
                LogFault(error, Channel.Endpoint);
                misses++;
            }
        }
        while (await Pause(misses));
    }

    /// <summary>
    /// Switches to a new channel. Calls in flight complete on the old one; its watches are ended.
    /// </summary>
    public void Reconnect()
    {
        var old = Interlocked.Exchange(ref _channel, _connect());
        old.EndWatches();
        _ = Retire(old);
    }

    public void Dispose()
    {
        _closed.Cancel();
        Channel.Dispose();
    }

    /// <returns>How many probes in a row the member has not answered.</returns>
    private async Task<int> Probe(int misses)
    {
        var channel = Channel;
        if (await AskLinearizable(channel) is { } term)
        {
            SetHealthy(channel, term);
            await Identify(channel, mayBeAnother: misses > 0);
            return 0;
        }
        channel.Health = MemberHealth.Unwell;
        // A member that is cut off from the others still answers serializable reads.
        if (!await AnswersSerializable(channel, _cluster.Patience))
            channel.Health = MemberHealth.Silent;
        var isSilent = channel.Health == MemberHealth.Silent;
        _wasSilent |= isSilent;
        if ((isSilent || misses > 0) && _cluster.HasBetter(channel))
            GiveUp(channel);
        return isSilent && await ReplacesConnection(channel) ? 1 : misses + 1;
    }

    // Waits between two probes. Returns false when the member is disposed.
    private async Task<bool> Pause(int misses)
    {
        var calls = _cluster.Calls;
        for (var rests = misses == 0 ? MaxRests : Math.Min(misses, MaxRests); rests > 0; rests--)
        {
            await Task.Delay(Rest, _time, _closed.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (misses == 0 && calls != _cluster.Calls)
                break;
        }
        return !_closed.IsCancellationRequested;
    }

    // The raft term; null when the member does not answer a linearizable read in time.
    private async Task<ulong?> AskLinearizable(EtcdChannel channel)
    {
        try
        {
            return await AskTimed(channel).WaitAsync(_cluster.Patience, _time);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    // A late answer raises the limit for lateness: the whole cluster may have become slower.
    private async Task<ulong?> AskTimed(EtcdChannel channel)
    {
        var asked = _time.GetTimestamp();
        var term = await channel.Probe(serializable: false, DeadlineIn(MaxPatience));
        if (term is not null)
            Volatile.Write(ref _tookTicks, _time.GetElapsedTime(asked).Ticks);
        return term;
    }

    private async Task<bool> AnswersSerializable(EtcdChannel channel, TimeSpan within) =>
        await channel.Probe(serializable: true, DeadlineIn(within)) is not null;

    private DateTime DeadlineIn(TimeSpan within) => (_time.GetUtcNow() + within).UtcDateTime;

    private void SetHealthy(EtcdChannel channel, ulong term)
    {
        channel.Health = MemberHealth.Well;
        if (_isGivenUp)
            LogHealthyAgain(channel.Endpoint);
        _isGivenUp = false;
        var hasNewLeader = term != _term && _term != 0;
        _term = term;
        // A member that was slow but answered serializable reads has lost no calls: a slow disk takes long over large
        // writes.
        if (_wasSilent || hasNewLeader)
            _ = GiveUpLost(channel.CallsSoFar());
        _wasSilent = false;
    }

    // A member that did not answer may have been upgraded.
    private async Task Identify(EtcdChannel channel, bool mayBeAnother)
    {
        if (_isIdentified && !mayBeAnother)
            return;
        _isIdentified = true;
        var version = await channel.Version(DeadlineIn(MaxPatience));
        var faults = version is null ? null : EtcdFaults.InVersion(version);
        var known = faults is null
            ? null
            : $"The etcd member {channel.Endpoint} is {version}, which has known faults: {faults}.";
        if (faults is not null && known != _knownFaults)
            LogKnownFaults(channel.Endpoint, version!, faults);
        _knownFaults = known;
    }

    // Calls that the member or the previous leader lost are never answered. The others are answered soon.
    private async Task GiveUpLost(CancellationTokenSource calls)
    {
        await Task.Delay(_cluster.Patience, _time);
        await calls.CancelAsync();
    }

    private void GiveUp(EtcdChannel channel)
    {
        var trouble = channel.Health == MemberHealth.Silent ? "does not answer" : "is cut off from the others";
        if (!_isGivenUp)
            LogGivenUp(channel.Endpoint, trouble);
        _isGivenUp = true;
        channel.GiveUp();
    }

    // The connection may be dead while the member is alive, for example after a router dropped it: then a new
    // connection is answered, and the old one still is not.
    private async Task<bool> ReplacesConnection(EtcdChannel silent)
    {
        var (patience, asked) = (_cluster.Patience, _time.GetTimestamp());
        // The duration of its answers is no longer a measure for the other members.
        Volatile.Write(ref _tookTicks, MaxPatience.Ticks);
        var fresh = _connect();
        if (!await AnswersSerializable(fresh, MaxPatience))
        {
            fresh.Dispose();
            return false;
        }
        // The network may be slow for both connections.
        if (await AnswersSerializable(silent, patience + 2 * _time.GetElapsedTime(asked))
            || Interlocked.CompareExchange(ref _channel, fresh, silent) != silent)
        {
            fresh.Dispose();
            return true;
        }
        if (_closed.IsCancellationRequested)
            fresh.Dispose();
        silent.GiveUp();
        _ = Retire(silent);
        return true;
    }

    // Calls that have just begun on it may still be in flight, but no call outlasts its timeout.
    private async Task Retire(EtcdChannel channel)
    {
        await Task.Delay(2 * _cluster.Timeout, _time);
        channel.Dispose();
    }
}
