using System.Text;
using Kv.Domain.Storage;
using Kv.Infrastructure.Dispatching;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace Kv.Infrastructure.Tests.Dispatching;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[CancelAfter(30_000)]
internal sealed class FencedWriterTests
{
    private static readonly StoreKey LockKey = StoreKey.FromText("/lock");

    private readonly InMemoryStore _store = new(TimeProvider.System);
    private Lead _lead = null!;
    private FencedWriter _writer = null!;
    private Task _running = null!;

    [SetUp]
    public async Task TakeTheLock()
    {
        var locked = await _store.Commit(Transaction.Unconditional(Put("/lock", "")), default);
        _lead = Held.Lead(Compare.CreateRevision(LockKey, CompareRelation.Equal, locked.Revision));
        _writer = Over(_store, _lead);
        _running = _writer.Run();
    }

    [TearDown]
    public async Task Stop()
    {
        await _lead.End();
        Assert.That(async () => await _running, Throws.InstanceOf<OperationCanceledException>());
        _lead.Dispose();
        await _store.DisposeAsync();
    }

    [Test]
    public async Task Concurrent_writes_are_all_stored()
    {
        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(
            number => _writer.Apply(Put($"/k/{number}", $"{number}"))));

        Assert.That(await _store.Count(KeyRange.Prefix(StoreKey.FromText("/k/")), 0, default), Is.EqualTo(1_000));
    }

    [Test]
    public async Task Writes_of_one_key_keep_their_order()
    {
        await Task.WhenAll(Enumerable.Range(0, 200).Select(
            number => _writer.Apply(Put($"/k/{number % 3}", $"{number}"))));

        Assert.That(
            new[] { await Read("/k/0"), await Read("/k/1"), await Read("/k/2") },
            Is.EqualTo(new[] { "198", "199", "197" }));
    }

    [Test]
    public async Task A_range_deletion_is_applied_in_the_order_of_the_calls()
    {
        var work = new[]
        {
            _writer.Apply(Put("/k/old", "")),
            _writer.Apply(new Operation.Delete(KeyRange.Prefix(StoreKey.FromText("/k/")))),
            _writer.Apply(Put("/k/new", "")),
        };
        await Task.WhenAll(work);

        Assert.That(new[] { await Read("/k/old"), await Read("/k/new") }, Is.EqualTo(new[] { null, "" }));
    }

    [Test]
    public async Task Without_the_lock_nothing_is_written_and_the_writer_ends()
    {
        await _store.Commit(Transaction.Unconditional(new Operation.Delete(LockKey)), default);
        await _store.Commit(Transaction.Unconditional(Put("/lock", "")), default);

        Assert.That(async () => await _writer.Apply(Put("/k", "")), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(async () => await _running, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(async () => await _writer.Apply(Put("/k", "")), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(await Read("/k"), Is.Null);
    }

    [Test]
    public async Task A_refused_write_fails_alone()
    {
        var store = new Mock<IStore>();
        store.Setup(s => s.Commit(It.IsAny<Transaction>(), It.IsAny<CancellationToken>()))
            .Returns((Transaction transaction, CancellationToken token) =>
                transaction.Then.Any(operation => operation.Range.Start.Equals(StoreKey.FromText("/bad")))
                    ? throw new StoreRejectedException("It is too large.")
                    : _store.Commit(Transaction.Unconditional([.. transaction.Then]), token));
        using var lead = Held.Lead(default);
        var writer = Over(store.Object, lead);
        // All three operations wait when the writer begins, so that they share a transaction.
        Task[] work = [writer.Apply(Put("/a", "")), writer.Apply(Put("/bad", "")), writer.Apply(Put("/b", ""))];
        var running = writer.Run();

        Assert.That(async () => await work[1], Throws.InstanceOf<StoreRejectedException>());
        await Task.WhenAll(work[0], work[2]);
        Assert.That(
            new[] { await Read("/a"), await Read("/bad"), await Read("/b") }, Is.EqualTo(new[] { "", null, "" }));
        await lead.End();
        Assert.That(async () => await running, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task A_write_with_an_unknown_outcome_is_repeated()
    {
        var attempts = 0;
        var store = new Mock<IStore>();
        store.Setup(s => s.Commit(It.IsAny<Transaction>(), It.IsAny<CancellationToken>()))
            .Returns((Transaction transaction, CancellationToken token) => ++attempts < 3
                ? throw new StoreUnavailableException("It is away.", outcomeUnknown: true)
                : _store.Commit(Transaction.Unconditional([.. transaction.Then]), token));
        using var lead = Held.Lead(default);
        var writer = Over(store.Object, lead);
        var running = writer.Run();
        await writer.Apply(Put("/k", "value"));

        Assert.That((attempts, await Read("/k")), Is.EqualTo((3, "value")));
        await lead.End();
        Assert.That(async () => await running, Throws.InstanceOf<OperationCanceledException>());
    }

    private static FencedWriter Over(IStore store, Lead lead) =>
        new(store, lead, TimeProvider.System, NullLogger<FencedWriter>.Instance);

    private static Operation.Put Put(string key, string value) =>
        new Operation.Put(StoreKey.FromText(key), Encoding.UTF8.GetBytes(value));

    private async Task<string?> Read(string key)
    {
        var read = await _store.Get(StoreKey.FromText(key), ReadConsistency.Linearizable, default);
        return read.Entry is { } entry ? Encoding.UTF8.GetString(entry.Value.Span) : null;
    }
}
