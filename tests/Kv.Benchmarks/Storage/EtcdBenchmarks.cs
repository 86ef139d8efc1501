using System.Runtime.CompilerServices;
using BenchmarkDotNet.Attributes;
using Etcdserverpb;
using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Etcd;
using Kv.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kv.Benchmarks.Storage;

/// <summary>
/// Group commit and group read: the cost of one of 128 concurrent callers, from the store's interface to the bytes of a
/// shared message, and back from the bytes of the answer.
/// </summary>
[MemoryDiagnoser]
public class EtcdBenchmarks
{
    /// <summary>How many callers there are at a time.</summary>
    public const int Callers = 128;

    private const int ValueBytes = 256;

    private readonly Task[] _calls = new Task[Callers];
    private StoreKey[] _keys = [];
    private Transaction[] _puts = [];
    private Transaction[] _putsWithTtl = [];
    private EtcdStub _etcd = null!;
    private EtcdStore _store = null!;

    /// <summary>Opens the store, with a stub in place of its connection.</summary>
    [GlobalSetup]
    public void Open()
    {
        var value = new byte[ValueBytes];
        var deadline = TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds();
        _keys =
            [.. Enumerable.Range(0, Callers)
                .Select(number => StoreKey.FromText($"/kvstore/kv/default/default/user:{number:D4}"))];
        _puts = [.. _keys.Select(key => Transaction.Unconditional(new Operation.Put(key, value)))];
        _putsWithTtl = [.. _keys.Select(key => Transaction.Unconditional(new Operation.Put(key, value, deadline)))];
        _etcd = new EtcdStub(new EtcdAnswers(_keys[0], value));
        // A wave takes no time to speak of, but a machine may be slow.
        _store = new EtcdStore(
            new EtcdOptions { Timeout = TimeSpan.FromMinutes(5), NearCacheBytes = 0 }, KeyRange.Single(_keys[0]),
            _ => "", TimeProvider.System, Meters.Factory, NullLoggerFactory.Instance);
        var channel = MembersOf(ConnectionOf(_store))[0].Channel;
        KeysOf(channel) = new KV.KVClient(_etcd);
        LeasesOf(channel) = new Lease.LeaseClient(_etcd);
    }

    /// <summary>Closes it.</summary>
    [GlobalCleanup]
    public ValueTask Close() => _store.DisposeAsync();

    /// <summary>Reads a key.</summary>
    [Benchmark(OperationsPerInvoke = Callers)]
    public Task Get()
    {
        for (var i = 0; i < Callers; i++)
            _calls[i] = _store.Get(_keys[i], ReadConsistency.Linearizable, CancellationToken.None).AsTask();
        return Answered();
    }

    /// <summary>Writes a key.</summary>
    [Benchmark(OperationsPerInvoke = Callers)]
    public Task Put() => Commit(_puts);

    /// <summary>Writes a key that expires, like others in the same second.</summary>
    [Benchmark(OperationsPerInvoke = Callers)]
    public Task PutWithTtl() => Commit(_putsWithTtl);

    private Task Commit(Transaction[] transactions)
    {
        for (var i = 0; i < Callers; i++)
            _calls[i] = _store.Commit(transactions[i], CancellationToken.None).AsTask();
        return Answered();
    }

    // Nothing is answered before all have asked, so the batches are the same every time.
    private Task Answered()
    {
        var all = Task.WhenAll(_calls);
        var wait = new SpinWait();
        while (!all.IsCompleted)
            if (!_etcd.Release())
                wait.SpinOnce();
        return all;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_connection")]
    private static extern ref EtcdConnection ConnectionOf(EtcdStore store);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_members")]
    private static extern ref EtcdMember[] MembersOf(EtcdConnection connection);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "<Keys>k__BackingField")]
    private static extern ref KV.KVClient KeysOf(EtcdChannel channel);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "<Leases>k__BackingField")]
    private static extern ref Lease.LeaseClient LeasesOf(EtcdChannel channel);
}
