using System.Collections.Concurrent;
using Etcdserverpb;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// The deadlines of leases that others granted (simple-golang-kv, or an operator). Their ids say nothing, so etcd is
/// asked, once for each: an answer is kept until the deadline it told has passed.
/// </summary>
internal sealed class ForeignLeases(EtcdConnection connection, TimeProvider time)
{
    // Beyond this many, further ones are asked for at every read.
    private const int MaxKnown = 100_000;

    private readonly ConcurrentDictionary<long, long> _deadlines = new();

    /// <summary>The second of Unix time at which the lease ends; 0 when it has ended.</summary>
    public async ValueTask<long> DeadlineOf(long leaseId)
    {
        if (_deadlines.TryGetValue(leaseId, out var known) && known > time.GetUtcNow().ToUnixTimeSeconds())
            return known;
        var remaining = await Remaining(leaseId);
        if (remaining < 0)
        {
            _deadlines.TryRemove(leaseId, out _);
            return 0;
        }
        // etcd cuts the rest of a second off what remains, so it is a second more at most. Rounded up twice, the key is
        // not taken for expired before its lease is.
        var now = time.GetUtcNow();
        var deadline = now.AddSeconds(1).AddTicks(-1).ToUnixTimeSeconds() + remaining + 1;
        return HasRoom(now) ? Keep(leaseId, deadline, now.ToUnixTimeSeconds()) : deadline;
    }

    /// <summary>Whether the lease has ended, by etcd's own word.</summary>
    public async ValueTask<bool> HasEnded(long leaseId) => await Remaining(leaseId) < 0;

    // Whole seconds; -1 when there is no such lease.
    private async Task<long> Remaining(long leaseId)
    {
        var request = new LeaseTimeToLiveRequest { ID = leaseId };
        var answer = await Calls.Repeat(
            connection, time, by => connection.Leases.LeaseTimeToLiveAsync(request, deadline: by));
        return answer.TTL;
    }

    // Who asked first is believed, so that reads at the same time tell the same.
    private long Keep(long leaseId, long deadline, long second) =>
        _deadlines.AddOrUpdate(leaseId, deadline, (_, kept) => kept > second ? kept : deadline);

    private bool HasRoom(DateTimeOffset now)
    {
        if (_deadlines.Count < MaxKnown)
            return true;
        foreach (var (leaseId, deadline) in _deadlines)
            if (deadline <= now.ToUnixTimeSeconds())
                _deadlines.TryRemove(leaseId, out _);
        return _deadlines.Count < MaxKnown;
    }
}
