using System.Collections.Concurrent;
using Etcdserverpb;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// The deadlines of leases that others granted (simple-golang-kv, or an operator). Their ids say nothing, so etcd is
/// asked, once for each: an answer is kept until the deadline it told has passed.
/// </summary>
internal sealed class ForeignLeases(EtcdConnection connection, TimeProvider time)
{
    private const int MaxKnown = 10_000;

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
        // etcd cuts the rest of the second off what remains; the sum is rounded up, so that the key is not
        // taken for expired before its lease is.
        var deadline = time.GetUtcNow().ToUnixTimeSeconds() + remaining + 1;
        if (_deadlines.Count >= MaxKnown)
            _deadlines.Clear();
        _deadlines[leaseId] = deadline;
        return deadline;
    }

    /// <summary>Whether the lease has ended, by etcd's own word.</summary>
    public async ValueTask<bool> HasEnded(long leaseId) => await Remaining(leaseId) < 0;

    // Whole seconds; -1 when there is no such lease.
    private async Task<long> Remaining(long leaseId)
    {
        var request = new LeaseTimeToLiveRequest { ID = leaseId };
        var answer = await Calls.Repeat(
            time, () => connection.Leases.LeaseTimeToLiveAsync(request, deadline: connection.Deadline));
        return answer.TTL;
    }
}
