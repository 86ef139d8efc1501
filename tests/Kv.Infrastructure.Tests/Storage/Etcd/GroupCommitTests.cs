using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Etcd;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>Writes that share transactions of etcd, and yet succeed or fail separately.</summary>
[Parallelizable(ParallelScope.Children)]
internal sealed class GroupCommitTests
{
    [Test]
    public async Task Many_writes_cost_few_rounds_of_consensus()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(server);
        var before = await server.CommittedProposals();

        var writes = await HeldBack.Behind(server, store, Enumerable.Range(0, 500).Select(
            i => (Func<Task<CommitResult>>)(() => store.Put($"key/{i}"))));
        await Task.WhenAll(writes);

        Assert.That(await Keys(store, "key/"), Has.Count.EqualTo(500));
        Assert.That(await server.CommittedProposals() - before, Is.LessThan(500 / 20));
    }

    [Test]
    public async Task A_small_write_does_not_wait_behind_large_ones()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(server);
        await store.Find("connected");
        server.Pause();
        var large = await HeldBack.Occupy(
            store, number => store.Do(EtcdStores.PutOf($"large/{number}", new byte[256 * 1024])), calls: 1);

        var small = store.Put("small");

        Assert.That(store.Queued(), Is.Zero);
        server.Resume();
        await Task.WhenAll([.. large, small]);
    }

    [Test]
    public async Task Large_transactions_that_share_no_batch_wait_for_their_turn()
    {
        const int ManyKeys = GroupCommit.MaxSharedOperations + 1;
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(server);
        await store.Find("connected");
        server.Pause();
        var first = await HeldBack.Occupy(store, _ => store.Do(Transaction.Unconditional(Large("first"))), calls: 1);

        var waiting = new[]
        {
            store.Do(Transaction.Unconditional(
                [Large("many/0"), .. Enumerable.Range(1, ManyKeys - 1).Select(i => EtcdStores.PutOf($"many/{i}"))])),
            store.Do(Transaction.Unconditional(
                new Operation.Delete(KeyRange.Prefix(StoreKey.FromText("none/"))), Large("range"))),
            store.Do(Transaction.Unconditional(Large("last"))),
        };

        await Eventually.Holds(() => store.Queued() == waiting.Length, "all wait");
        server.Resume();
        var revisions = (await Task.WhenAll([.. first, .. waiting])).Select(result => result.Revision).ToList();
        Assert.That(revisions, Is.Unique, "no transaction shares a batch with one of these");

        static Operation.Put Large(string key) => EtcdStores.PutOf(key, new byte[256 * 1024]);
    }

    [Test]
    public async Task A_single_write_of_one_key_is_sent_as_a_plain_put()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(server);
        var before = await server.Transactions();

        var written = await store.Put("key/alone");

        Assert.That(await server.Transactions() - before, Is.Zero);
        Assert.That(await store.Find("key/alone"), Has.Property(nameof(Entry.ModRevision)).EqualTo(written.Revision));
    }

    [Test]
    public async Task Writes_with_conditions_share_a_round_too()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(server);
        var before = await server.CommittedProposals();

        var writes = await HeldBack.Behind(server, store, Enumerable.Range(0, 60).Select(
            i => (Func<Task<CommitResult>>)(() => store.Do(Create($"key/{i}")))));
        var results = await Task.WhenAll(writes);

        Assert.That(results, Has.All.Property(nameof(CommitResult.Succeeded)).True);
        Assert.That(await server.CommittedProposals() - before, Is.LessThan(60 / 6));
    }

    [Test]
    public async Task Touches_of_large_values_do_not_share_a_round()
    {
        const int Keys = 40;
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(server);
        await using var other = EtcdStores.Open(server);
        for (var i = 0; i < Keys; i++)
            await store.Do(EtcdStores.PutOf($"large/{i}", new byte[64 * 1024]));

        var known = await Task.WhenAll(await HeldBack.Behind(server, store, Touches(store)));
        var unknown = await Task.WhenAll(await HeldBack.Behind(server, other, Touches(other)));

        Assert.That(known.Concat(unknown), Has.All.Property(nameof(CommitResult.Succeeded)).True);
        Assert.That(known.Select(touch => touch.Revision), Is.Unique);
        Assert.That(
            unknown.GroupBy(touch => touch.Revision).Select(shared => shared.Count()), Has.All.LessThanOrEqualTo(16),
            "this store does not know their size");

        static IEnumerable<Func<Task<CommitResult>>> Touches(EtcdStore store) => Enumerable.Range(0, Keys)
            .Select(i => StoreKey.FromText($"large/{i}"))
            .Select(key => (Func<Task<CommitResult>>)(() => store.Do(
                new Transaction([Compare.Exists(key)], [new Operation.Touch(key, Deadline: null)]))));
    }

    [Test]
    public async Task A_failed_condition_fails_only_its_own_request()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(server);
        for (var i = 0; i < 20; i++)
            await store.Put($"taken/{i}");

        var waiting = await HeldBack.Behind(server, store, Enumerable.Range(0, 20).SelectMany(
            i => new Func<Task<CommitResult>>[]
            {
                () => store.Put($"plain/{i}"),
                () => store.Do(new Transaction(
                    [Compare.Absent(StoreKey.FromText($"taken/{i}"))], [EtcdStores.PutOf($"lost/{i}")])),
                () => store.Do(Create($"won/{i}")),
            }));
        var results = await Task.WhenAll(waiting);

        Assert.That(results.Select((result, i) => result.Succeeded == (i % 3 != 1)), Has.All.True);
        Assert.That(
            results.Select(result => result.Revision).Distinct().Count(), Is.LessThan(60 / 6), "they shared batches");
        Assert.That(await Keys(store, "plain/"), Has.Count.EqualTo(20));
        Assert.That(await Keys(store, "won/"), Has.Count.EqualTo(20));
        Assert.That(await Keys(store, "lost/"), Is.Empty);
    }

    [Test]
    public async Task Each_transaction_gets_its_own_reads()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(server);
        await store.Put("a", "of a");
        await store.Put("b", "of b");

        var waiting = await HeldBack.Behind<CommitResult>(server, store,
        [
            () => store.Do(new Operation.Read(StoreKey.FromText("a")), EtcdStores.PutOf("c")),
            () => store.Delete("d"),
            () => store.Do(new Operation.Delete(StoreKey.FromText("a2")), new Operation.Read(StoreKey.FromText("b"))),
        ]);
        var results = await Task.WhenAll(waiting);

        Assert.That(results[0].Results[0].Entries.Single().Key.ToString(), Is.EqualTo("a"));
        Assert.That(results[0].Results, Has.Count.EqualTo(2));
        Assert.That(results[1].Results.Single().Deleted, Is.Zero);
        Assert.That(results[2].Results[1].Entries.Single().Key.ToString(), Is.EqualTo("b"));
    }

    // etcd answers the first with "request is too large"; the second does not even get past its gRPC server, which
    // takes 512 KiB more than a request may have.
    [TestCase(100)]
    [TestCase(700)]
    public async Task A_value_that_is_too_large_for_etcd_fails_alone(int kibibytes)
    {
        await using var server = await EtcdServer.StartAsync(new() { Arguments = ["--max-request-bytes=65536"] });
        await using var store = EtcdStores.Open(server);

        var waiting = await HeldBack.Behind<CommitResult>(server, store,
        [
            () => store.Put("left"),
            () => store.Do(EtcdStores.PutOf("large", new byte[kibibytes * 1024])),
            () => store.Put("right"),
        ]);

        Assert.That(() => waiting[1], Throws.InstanceOf<StoreRejectedException>());
        await Task.WhenAll(waiting[0], waiting[2]);
        Assert.That(await store.Find("large"), Is.Null);
        Assert.That(await store.Value("left"), Is.EqualTo("value"));
        Assert.That(await store.Value("right"), Is.EqualTo("value"));
    }

    [TestCase(2)]
    [TestCase(5)]
    public async Task A_value_beyond_etcds_default_limits_is_rejected(int mebibytes)
    {
        await using var store = EtcdStores.Open(await SharedEtcd.Get());

        Assert.That(
            () => store.Do(EtcdStores.PutOf("far too large", new byte[mebibytes * 1024 * 1024])),
            Throws.InstanceOf<StoreRejectedException>());
    }

    [Test]
    public async Task Two_writes_of_one_key_never_share_a_batch_and_both_succeed()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(server);
        await store.Put("same", "0");

        var waiting = await HeldBack.Behind<CommitResult>(server, store,
        [
            () => store.Put("same", "1"),
            () => store.Put("other"),
            () => store.Put("same", "2"),
            () => store.Do(new Transaction(
                [Compare.Exists(StoreKey.FromText("same"))], [EtcdStores.PutOf("third", "same was there")])),
        ]);
        var results = await Task.WhenAll(waiting);

        Assert.That(results, Has.All.Property(nameof(CommitResult.Succeeded)).True);
        Assert.That(
            new[] { results[0], results[2], results[3] }.Select(result => result.Revision), Is.Unique,
            "for any operation on the key");
        Assert.That((await store.Find("same"))!.Version, Is.EqualTo(3));
        Assert.That(await store.Value("same"), Is.EqualTo(results[2].Revision > results[0].Revision ? "2" : "1"));
    }

    [Test]
    public async Task Without_space_writes_fail_while_deletes_and_reads_work()
    {
        await using var server = await EtcdServer.StartAsync(new() { Arguments = ["--quota-backend-bytes=4194304"] });
        await using var store = EtcdStores.Open(server);
        await store.Put("here");
        await store.Put("there");
        await FillUp(store);

        var waiting = await HeldBack.Behind<CommitResult>(
            server, store,
            [
                () => store.Put("new"),
                () => store.Delete("here"),
                () => store.Put("with a deadline", deadline: FarAhead),
                () => store.Put("new too"),
            ],
            holder: slot => store.Delete($"nothing/{slot}"));

        foreach (var write in new[] { waiting[0], waiting[2], waiting[3] })
            Assert.That(() => write, Throws.InstanceOf<StoreOutOfSpaceException>());
        Assert.That((await waiting[1]).Results.Single().Deleted, Is.EqualTo(1));
        Assert.That(await store.Find("here"), Is.Null);
        Assert.That(await store.Value("there"), Is.EqualTo("value"));
    }

    [Test]
    public async Task A_lease_that_another_program_revokes_is_granted_again()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(server);
        await store.Put("before", deadline: FarAhead);
        await server.Call("lease/revoke", new { ID = LeaseId.FromDeadline(FarAhead).ToString() });
        Assert.That(await store.Find("before"), Is.Null);

        var waiting = await HeldBack.Behind<CommitResult>(server, store,
        [
            () => store.Put("left"),
            () => store.Put("after", deadline: FarAhead),
            () => store.Put("right", deadline: FarAhead + 1),
        ]);
        await Task.WhenAll(waiting);

        Assert.That((await store.Find("after"))!.Deadline, Is.EqualTo(FarAhead));
        Assert.That((await store.Find("right"))!.Deadline, Is.EqualTo(FarAhead + 1));
        Assert.That((await store.Find("left"))!.Deadline, Is.Null);
    }

    private static readonly long FarAhead = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 3600;

    private static Transaction Create(string key) =>
        new([Compare.Absent(StoreKey.FromText(key))], [EtcdStores.PutOf(key, "created")]);

    private static async Task<List<string>> Keys(EtcdStore store, string prefix)
    {
        var query = new RangeQuery(KeyRange.Prefix(StoreKey.FromText(prefix)), Limit: 1000, KeysOnly: true);
        var page = await store.Range(query, CancellationToken.None);
        return [.. page.Entries.Select(entry => entry.Key.ToString())];
    }

    private static async Task FillUp(EtcdStore store)
    {
        try
        {
            for (var i = 0; i < 1000; i++)
                await store.Do(EtcdStores.PutOf("filling", new byte[128 * 1024]));
        }
        catch (StoreOutOfSpaceException)
        {
            return;
        }
        Assert.Fail("etcd took far more than its quota.");
    }
}
