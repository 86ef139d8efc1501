using System.Text;
using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage.Contract;

/// <summary>
/// The base of the contract tests: a store of the engine, a prefix of the test's own, and helpers for frequent calls.
/// The tests are split by promise, one class each.
/// </summary>
[TestFixtureSource(typeof(StoreEngines))]
[CancelAfter(60_000)]
internal abstract class StoreContract(EngineUnderTest engine)
{
    private readonly StoreKey _fixturePrefix = StoreHarness.NewPrefix();

    protected EngineUnderTest Engine { get; } = engine;

    protected StoreHarness Harness { get; private set; } = null!;

    protected IStore Store => Harness.Store;

    /// <summary>The prefix of all keys of the test. No test that runs at the same time has the same one.</summary>
    protected StoreKey Prefix => StoreKey.FromText($"{_fixturePrefix}{TestContext.CurrentContext.Test.ID}/");

    /// <summary>All keys of the test.</summary>
    protected KeyRange Everything => KeyRange.Prefix(Prefix);

    /// <summary>Cancels a hanging call; no passing test takes that long.</summary>
    protected static CancellationToken Enough => TestContext.CurrentContext.CancellationToken;

    [OneTimeSetUp]
    public async Task OpenStore() => Harness = await Open();

    [OneTimeTearDown]
    public async Task CloseStore()
    {
        if (Harness is not null)
            await Harness.DisposeAsync();
    }

    /// <summary>Promises whose tests compact the history ask for a store of their own.</summary>
    protected virtual Task<StoreHarness> Open() => Engine.Open();

    protected StoreKey Key(string name) => Key(Encoding.UTF8.GetBytes(name));

    protected StoreKey Key(params byte[] name) => new((byte[])[.. Prefix.Span, .. name]);

    /// <summary>The key's name within the test.</summary>
    protected string Name(StoreKey key) => Encoding.UTF8.GetString(key.Span[Prefix.Bytes.Length..]);

    protected static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static string Text(Entry? entry) => entry is null ? "(none)" : Encoding.UTF8.GetString(entry.Value.Span);

    protected Operation Put(string name, string value, long? deadline = null) =>
        new Operation.Put(Key(name), Bytes(value), deadline);

    protected Operation Delete(string name) => new Operation.Delete(Key(name));

    protected Operation Read(string name) => new Operation.Read(Key(name));

    protected Task<CommitResult> Commit(params Operation[] operations) => Commit([], operations);

    protected Task<CommitResult> Commit(
        IReadOnlyList<Compare> compares,
        IReadOnlyList<Operation> then,
        IReadOnlyList<Operation>? otherwise = null) =>
        Store.Commit(new Transaction(compares, then, otherwise), Enough).AsTask();

    /// <summary>Writes one key.</summary>
    /// <returns>The revision.</returns>
    protected async Task<long> Write(string name, string value, long? deadline = null) =>
        (await Commit(Put(name, value, deadline))).Revision;

    protected Task<Entry?> Get(string name) => Get(Key(name));

    protected async Task<Entry?> Get(StoreKey key) =>
        (await Store.Get(key, ReadConsistency.Linearizable, Enough)).Entry;

    protected async Task<long> CurrentRevision() =>
        (await Store.Get(Prefix, ReadConsistency.Linearizable, Enough)).Revision;

    /// <summary>Reads a range to its end, page by page, all at one revision.</summary>
    protected async Task<IReadOnlyList<Entry>> List(
        KeyRange? range = null,
        long revision = 0,
        int pageSize = 1000,
        bool keysOnly = false)
    {
        var entries = new List<Entry>();
        var query = new RangeQuery(range ?? Everything, pageSize, revision, keysOnly);
        while (true)
        {
            var page = await Store.Range(query, Enough);
            Assert.That(page.Entries, Has.Count.LessThanOrEqualTo(pageSize));
            entries.AddRange(page.Entries);
            if (page.Next is not { } next)
                return entries;
            query = query with { Range = query.Range.From(next), Revision = page.Revision };
        }
    }

    /// <summary>The names and values of a range, as "name=value".</summary>
    protected async Task<IReadOnlyList<string>> Listed(KeyRange? range = null, long revision = 0) =>
        Pairs(await List(range, revision));

    protected IReadOnlyList<string> Pairs(IEnumerable<Entry> entries) =>
        entries.Select(entry => $"{Name(entry.Key)}={Text(entry)}").ToList();

    protected Feed Watch(long fromRevision, KeyRange? range = null) => new(Store, range ?? Everything, fromRevision);

    /// <summary>
    /// Runs a call many times at once, on several threads: an engine may answer without ever waiting.
    /// </summary>
    /// <param name="times">How often.</param>
    /// <param name="work">The call; its argument is its number, from 0 on.</param>
    protected static Task<T[]> AtOnce<T>(int times, Func<int, Task<T>> work) =>
        Task.WhenAll(Enumerable.Range(0, times).Select(number => Task.Run(() => work(number))));

    /// <inheritdoc cref="AtOnce{T}"/>
    protected static Task AtOnce(int times, Func<int, Task> work) =>
        Task.WhenAll(Enumerable.Range(0, times).Select(number => Task.Run(() => work(number))));

    /// <summary>A change in short: "put name=value", "delete name", "expire name".</summary>
    protected string Short(Change change) => change.Kind switch
    {
        ChangeKind.Put => $"put {Name(change.Key)}={Text(change.Current)}",
        ChangeKind.Delete => $"delete {Name(change.Key)}",
        _ => $"expire {Name(change.Key)}",
    };
}
