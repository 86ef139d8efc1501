using System.Collections.Concurrent;
using Etcdserverpb;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// The deadlines of leases that other programs granted (simple-golang-kv, or an operator). Their ids carry no deadline,
/// so etcd is asked once for each; the answer is kept until that deadline has passed.
/// </summary>
internal sealed class ForeignLeases(EtcdConnection connection, TimeProvider time)
{
    // Beyond this number, the deadlines of further leases are read each time.
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
        // etcd rounds the remaining time down to a second; the next second is used instead, but never more than was
        // granted. The current time is rounded up as well: a key must not count as expired before its lease ends.
        var now = time.GetUtcNow();
        var deadline = now.AddSeconds(1).AddTicks(-1).ToUnixTimeSeconds() + remaining;
        return HasRoom(now) ? Keep(leaseId, deadline, now.ToUnixTimeSeconds()) : deadline;
    }

    /// <summary>Whether etcd reports that the lease has ended.</summary>
    public async ValueTask<bool> HasEnded(long leaseId) => await Remaining(leaseId) < 0;

    /// <summary>Forgets all deadlines, because the store was restored.</summary>
    public void Clear() => _deadlines.Clear();

    // Whole seconds, rounded up; -1 when the lease does not exist.
    private async Task<long> Remaining(long leaseId)
    {
        var request = new LeaseTimeToLiveRequest { ID = leaseId };
        var answer = await Calls.Repeat(
            connection, time, (channel, options) => channel.Leases.LeaseTimeToLiveAsync(request, options));
        return answer.TTL < 0 ? -1 : Math.Min(answer.TTL + 1, answer.GrantedTTL);
    }

    // The first answer is kept, so that simultaneous reads return the same deadline.
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
