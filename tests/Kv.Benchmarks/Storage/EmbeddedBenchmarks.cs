using BenchmarkDotNet.Attributes;
using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Embedded;
using Kv.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kv.Benchmarks.Storage;

/// <summary>The embedded engine on a disk: one read, and a durable write of 128 callers at a time.</summary>
[MemoryDiagnoser]
public class EmbeddedBenchmarks
{
    private const int Callers = EtcdBenchmarks.Callers;
    private const int ValueBytes = 256;

    private readonly TemporaryDirectory _directory = new();
    private readonly Task[] _calls = new Task[Callers];
    private StoreKey[] _keys = [];
    private Transaction[] _puts = [];
    private EmbeddedStore _store = null!;

    /// <summary>Opens a store with a few keys in it.</summary>
    [GlobalSetup]
    public async Task Open()
    {
        var value = new byte[ValueBytes];
        _keys =
            [.. Enumerable.Range(0, Callers)
                .Select(number => StoreKey.FromText($"/kvstore/kv/default/default/user:{number:D4}"))];
        _puts = [.. _keys.Select(key => Transaction.Unconditional(new Operation.Put(key, value)))];
        _store = EmbeddedStore.Open(
            new EmbeddedOptions { DataDirectory = _directory.Path, Timeout = TimeSpan.FromMinutes(5) },
            TimeProvider.System, Meters.Factory, NullLogger<EmbeddedStore>.Instance);
        await Put();
    }

    /// <summary>Closes it.</summary>
    [GlobalCleanup]
    public async Task Close()
    {
        await _store.DisposeAsync();
        _directory.Dispose();
    }

    /// <summary>Reads a key.</summary>
    [Benchmark]
    public long Get()
    {
        var read = _store.Get(_keys[0], ReadConsistency.Linearizable, CancellationToken.None);
        return read.IsCompletedSuccessfully
            ? read.Result.Revision
            : throw new InvalidOperationException("A read waits for nothing.");
    }

    /// <summary>Writes a key.</summary>
    [Benchmark(OperationsPerInvoke = Callers)]
    public Task Put()
    {
        for (var i = 0; i < Callers; i++)
            _calls[i] = _store.Commit(_puts[i], CancellationToken.None).AsTask();
        return Task.WhenAll(_calls);
    }
}
