using System.Collections.Concurrent;
using Etcdserverpb;
using Grpc.Core;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// Ensures that a lease exists before a key is attached to it, and lasts until the key's deadline. Each deadline costs
/// one grant, however many keys share it. The lease of a deadline may be too short by this replica's clock: the clock
/// of the replica that granted it was ahead, or this clock was set back. Then the deadline gets another lease, with a
/// random id.
/// </summary>
internal sealed class LeasePool(EtcdConnection connection, EngineTelemetry telemetry, TimeProvider time)
{
    // Above this number, past deadlines are dropped.
    private const int SweepAbove = 1024;

    // etcd rounds the remaining time of a lease down to a second. With an extra second, a replica with the same clock
    // finds enough time left.
    private const long Margin = 1;

    private readonly ConcurrentDictionary<long, Lazy<Task<Granted>>> _granted = new();
    private int _sweepAt = SweepAbove;

    /// <summary>Completes when a lease exists that lasts until <paramref name="deadline"/>.</summary>
    /// <exception cref="StoreException">etcd did not grant it; the next call tries again.</exception>
    public Task Ensure(long deadline)
    {
        while (_granted.TryGetValue(deadline, out var known))
        {
            if (known.Value is not { IsCompletedSuccessfully: true, Result: var lease } || Lasts(lease, deadline))
                return known.Value;
            var another = new Lazy<Task<Granted>>(() => OrForget(deadline, GrantAnother(deadline)));
            if (_granted.TryUpdate(deadline, another, known))
                return another.Value;
        }
        Sweep();
        return _granted.GetOrAdd(
            deadline, static (d, pool) => new Lazy<Task<Granted>>(() => pool.OrForget(d, pool.GrantShared(d))),
            this).Value;
    }

    /// <summary>The id of the lease of a deadline, after <see cref="Ensure"/>.</summary>
    public long IdOf(long deadline) =>
        _granted.TryGetValue(deadline, out var known)
            && known.Value is { IsCompletedSuccessfully: true, Result: var lease }
            ? lease.Id
            : LeaseId.FromDeadline(deadline);

    /// <summary>Forgets a lease, because etcd reports that it does not exist.</summary>
    public void Forget(long deadline) => _granted.TryRemove(deadline, out _);

    /// <summary>Forgets all leases, because the store was restored.</summary>
    public void Clear() => _granted.Clear();

    private async Task<Granted> OrForget(long deadline, Task<Granted> granting)
    {
        try
        {
            return await granting;
        }
        catch (RpcException error)
        {
            Forget(deadline);
            throw EtcdErrors.Translate(error, "grant a lease", isWrite: false);
        }
        catch
        {
            Forget(deadline);
            throw;
        }
    }

    private async Task<Granted> GrantShared(long deadline)
    {
        var id = LeaseId.FromDeadline(deadline);
        if (await TryGrant(id, deadline) is { } granted)
            return granted;
        // Another replica has granted the lease of this deadline. If its clock was ahead, the lease is shorter.
        var asked = time.GetTimestamp();
        var answer = await Calls.Repeat(
            connection, time,
            (channel, options) => channel.Leases.LeaseTimeToLiveAsync(new LeaseTimeToLiveRequest { ID = id }, options));
        var found = new Granted(id, asked, TimeSpan.FromSeconds(answer.TTL));
        return Lasts(found, deadline) ? found : await GrantAnother(deadline);
    }

    private async Task<Granted> GrantAnother(long deadline)
    {
        var id = Random.Shared.NextInt64(1, long.MaxValue);
        // A random id that exists already was granted by this same request, whose first answer was lost.
        return await TryGrant(id, deadline) ?? new Granted(id, time.GetTimestamp(), Until(deadline));
    }

    // Null when the lease exists already. A second grant of the same id has no effect, so the call is safe to repeat.
    private async Task<Granted?> TryGrant(long id, long deadline)
    {
        // Rounded up: the lease must not end before the deadline. It may end a little later, as reads omit entries past
        // their deadline.
        var seconds = Math.Max(1, deadline - time.GetUtcNow().ToUnixTimeSeconds()) + Margin;
        var asked = time.GetTimestamp();
        try
        {
            var request = new LeaseGrantRequest { ID = id, TTL = seconds };
            await Calls.Repeat(
                connection, time, (channel, options) => channel.Leases.LeaseGrantAsync(request, options));
            telemetry.LeasesGranted.Add();
            return new Granted(id, asked, TimeSpan.FromSeconds(seconds));
        }
        catch (RpcException error) when (EtcdErrors.IsLeaseTaken(error))
        {
            return null;
        }
    }

    private bool Lasts(Granted lease, long deadline) => lease.Left - time.GetElapsedTime(lease.At) >= Until(deadline);

    private TimeSpan Until(long deadline) => DateTimeOffset.FromUnixTimeSeconds(deadline) - time.GetUtcNow();

    private void Sweep()
    {
        if (_granted.Count < Volatile.Read(ref _sweepAt))
            return;
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        foreach (var deadline in _granted.Keys)
            if (deadline < now)
                Forget(deadline);
        // Deadlines far ahead stay. The next sweep waits for twice their number, so sweeps stay rare.
        Volatile.Write(ref _sweepAt, Math.Max(SweepAbove, _granted.Count * 2));
    }

    /// <summary>A granted lease.</summary>
    /// <param name="Id">The id of the lease.</param>
    /// <param name="At">The time of the request, as a timestamp: it does not depend on changes of the clock.</param>
    /// <param name="Left">The least remaining time of the lease then.</param>
    private sealed record Granted(long Id, long At, TimeSpan Left);
}
