using System.Collections.Concurrent;
using Etcdserverpb;
using Grpc.Core;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// Sees to it that the lease of a deadline exists before a key is attached to it. Each deadline costs one grant,
/// however many keys share it.
/// </summary>
internal sealed class LeasePool(EtcdConnection connection, TimeProvider time)
{
    // Past this many, deadlines that are over are dropped.
    private const int SweepAbove = 1024;

    private readonly ConcurrentDictionary<long, Lazy<Task>> _granted = new();
    private int _sweepAt = SweepAbove;

    /// <summary>Completes when the lease of <paramref name="deadline"/> exists.</summary>
    /// <exception cref="RpcException">etcd did not grant it; the next call tries again.</exception>
    public Task Ensure(long deadline)
    {
        if (_granted.TryGetValue(deadline, out var known))
            return known.Value;
        Sweep();
        return _granted.GetOrAdd(deadline, static (d, pool) => new Lazy<Task>(() => pool.GrantOrForget(d)), this).Value;
    }

    /// <summary>Forgets that the lease exists, because etcd says that it does not.</summary>
    public void Forget(long deadline) => _granted.TryRemove(deadline, out _);

    private async Task GrantOrForget(long deadline)
    {
        try
        {
            await Grant(deadline);
        }
        catch
        {
            Forget(deadline);
            throw;
        }
    }

    private async Task Grant(long deadline)
    {
        // Rounded up: the lease must not end before the deadline. It may end a little later, and reads see to it
        // that nobody notices.
        var seconds = Math.Max(1, deadline - time.GetUtcNow().ToUnixTimeSeconds());
        var request = new LeaseGrantRequest { ID = LeaseId.Of(deadline), TTL = seconds };
        try
        {
            // Granted twice under one id is granted once, so this can be repeated as if it only read.
            await Calls.Repeat(
                connection, time, by => connection.Leases.LeaseGrantAsync(request, deadline: by));
            StoreMetrics.LeasesGranted.Add();
        }
        catch (RpcException error) when (EtcdErrors.IsLeaseTaken(error))
        {
            // Another replica was first, with the same deadline.
        }
    }

    private void Sweep()
    {
        if (_granted.Count < Volatile.Read(ref _sweepAt))
            return;
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        foreach (var deadline in _granted.Keys)
            if (deadline < now)
                Forget(deadline);
        // Deadlines far ahead stay; the next sweep waits until there are twice as many, so sweeps stay rare.
        Volatile.Write(ref _sweepAt, Math.Max(SweepAbove, _granted.Count * 2));
    }
}
