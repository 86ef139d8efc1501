using System.Runtime.CompilerServices;
using System.Text;
using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Etcd;
using Kv.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>Stores over the servers of the tests, and short forms of frequent calls.</summary>
internal static class EtcdStores
{
    /// <summary>
    /// Longer than any pause of a test that is not about time; with the default, a store would time out first.
    /// </summary>
    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(20);

    private static readonly ConditionalWeakTable<EtcdStore, Meters> Measured = [];

    /// <summary>All keys of any test: the near cache may hold each of them.</summary>
    public static KeyRange Everything { get; } = KeyRange.Between(StoreKey.FromText(" "), StoreKey.FromText("~"));

    public static EtcdStore Open(params IEnumerable<Uri> endpoints) => Open(new EtcdOptions
    {
        Endpoints = [.. endpoints],
    });

    public static EtcdStore Open(EtcdServer server) => Open(server.ClientUri);

    public static EtcdStore Open(EtcdOptions options) =>
        Open(options with { Timeout = Patient }, TimeProvider.System);

    public static EtcdStore Open(EtcdOptions options, TimeProvider time)
    {
        var meters = new Meters();
        var store = new EtcdStore(options, Everything, _ => "", time, meters, NullLoggerFactory.Instance);
        Measured.Add(store, meters);
        return store;
    }

    /// <summary>How many requests wait to be sent by a store that was opened here.</summary>
    public static long Queued(this EtcdStore store) =>
        Meters.Read(Measured.GetValue(store, _ => throw new InvalidOperationException()), "kv.store.queue.length");

    /// <summary>A store that gives up soon, for tests about silence.</summary>
    public static EtcdStore OpenImpatient(Uri endpoint, string? caFile = null) => Open(
        new EtcdOptions { Endpoints = [endpoint], CaFile = caFile, Timeout = TimeSpan.FromSeconds(1) },
        TimeProvider.System);

    public static Operation.Put PutOf(string key, string value = "value", long? deadline = null) =>
        new(StoreKey.FromText(key), Encoding.UTF8.GetBytes(value), deadline);

    public static Operation.Put PutOf(string key, byte[] value) => new(StoreKey.FromText(key), value);

    public static Task<CommitResult> Do(this IStore store, params Operation[] operations) =>
        store.Do(new Transaction([], operations));

    public static Task<CommitResult> Do(this IStore store, Transaction transaction) =>
        store.Commit(transaction, CancellationToken.None).AsTask();

    public static Task<CommitResult> Put(
        this IStore store, string key, string value = "value", long? deadline = null) =>
        store.Do(PutOf(key, value, deadline));

    public static Task<CommitResult> Delete(this IStore store, string key) =>
        store.Do(new Operation.Delete(StoreKey.FromText(key)));

    public static async Task<Entry?> Find(this IStore store, string key) =>
        (await store.Get(StoreKey.FromText(key), ReadConsistency.Linearizable, CancellationToken.None)).Entry;

    /// <summary>The value of an existing key, as text.</summary>
    public static async Task<string> Value(this IStore store, string key) =>
        await store.Find(key) is { } entry
            ? Encoding.UTF8.GetString(entry.Value.Span)
            : throw new InvalidOperationException($"There is no '{key}'.");
}
