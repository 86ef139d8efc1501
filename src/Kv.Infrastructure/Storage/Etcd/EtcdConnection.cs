using Kv.Infrastructure.Tls;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// The connection to the cluster: each call goes to a healthy member. When the certificate files change, each member
/// gets a new channel, as a channel keeps its certificates.
/// </summary>
internal sealed class EtcdConnection : IDisposable
{
    private readonly EtcdOptions _options;
    private readonly TimeProvider _time;
    private readonly ReloadedFiles<EtcdTls>? _files;
    private readonly EtcdMember[] _members = [];
    private volatile EtcdTls? _tls;
    private int _calls;

    public EtcdConnection(EtcdOptions options, TimeProvider time, ILogger logger)
    {
        (_options, _time, History) = (options, time, new EtcdHistory(time, logger));
        _files = EtcdTls.Files(options) is { Count: > 0 } files
            ? new ReloadedFiles<EtcdTls>(
                files, contents => EtcdTls.From(options, contents), options.ReloadInterval, time, logger, Replace)
            : null;
        _tls = _files?.Current;
        _members = [.. options.Endpoints.Select(endpoint => new EtcdMember(
            this, () => new EtcdChannel(endpoint, options, _tls, History), time, logger))];
        foreach (var member in _members)
            _ = member.RunProbes();
    }

    /// <summary>The cluster's history, derived from its answers.</summary>
    public EtcdHistory History { get; }

    public int Members => _members.Length;

    /// <summary>The number of calls so far; it wraps around.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>The longest time of one call.</summary>
    public TimeSpan Timeout => _options.Timeout;

    /// <summary>The time by which a call that starts now must be answered.</summary>
    public DateTime Deadline => (_time.GetUtcNow() + Timeout).UtcDateTime;

    /// <summary>How long a probe waits for a member's answer.</summary>
    public TimeSpan Patience => EtcdMember.PatienceFor(_members.Min(member => member.Took));

    /// <summary>The known faults of the members' versions, a sentence for each affected member.</summary>
    public IReadOnlyList<string> KnownFaults => [.. _members.Select(member => member.KnownFaults).OfType<string>()];

    /// <summary>The channel for the next call. Members of the best health take turns.</summary>
    /// <param name="except">A channel to use only when there is no other.</param>
    public EtcdChannel Next(EtcdChannel? except = null)
    {
        var first = (uint)CountCall();
        EtcdChannel? best = null;
        for (var i = 0u; i < _members.Length; i++)
        {
            var channel = _members[(first + i) % (uint)_members.Length].Channel;
            if (channel != except && (best is null || channel.Health > best.Health))
                best = channel;
        }
        return best ?? _members[0].Channel;
    }

    /// <summary>Counts a call on a channel that the caller has chosen.</summary>
    public int CountCall() => Interlocked.Increment(ref _calls);

    /// <summary>Whether another member has better health.</summary>
    public bool HasBetter(EtcdChannel channel) => _members.Any(member => member.Channel.Health > channel.Health);

    public void Dispose()
    {
        _files?.Dispose();
        foreach (var member in _members)
            member.Dispose();
    }

    private void Replace(EtcdTls tls)
    {
        _tls = tls;
        foreach (var member in _members)
            member.Reconnect();
    }
}
