using System.Globalization;
using System.Text;
using System.Text.Json;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Etcd;
using Kv.Infrastructure.Tests.Testing;
using Kv.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>Deadlines by the leases of etcd: those of Kv, and those of other programs.</summary>
[Parallelizable(ParallelScope.Children)]
internal sealed class LeaseTests
{
    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    [Test]
    public async Task Keys_with_one_deadline_share_one_lease()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(server);
        var deadline = Now + 3600;

        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => store.Put($"key/{i}", deadline: deadline)));

        var leases = await server.Call("lease/leases", new { });
        Assert.That(
            leases.GetProperty("leases").EnumerateArray().Select(Id), Is.EqualTo([LeaseId.FromDeadline(deadline)]));
        Assert.That((await store.Find("key/199"))!.Deadline, Is.EqualTo(deadline));
    }

    [Test]
    public async Task Replicas_share_the_lease_of_a_deadline()
    {
        await using var server = await EtcdServer.StartAsync();
        await using var left = EtcdStores.Open(server);
        await using var right = EtcdStores.Open(server);
        var deadline = Now + 3600;

        await Task.WhenAll(left.Put("left", deadline: deadline), right.Put("right", deadline: deadline));

        Assert.That((await right.Find("left"))!.Deadline, Is.EqualTo(deadline));
        Assert.That((await left.Find("right"))!.Deadline, Is.EqualTo(deadline));
    }

    [Test]
    public async Task The_lease_of_a_deadline_lasts_until_it_and_little_longer()
    {
        var server = await SharedEtcd.Get();
        await using var store = EtcdStores.Open(server);
        var deadline = Now + 1000;

        await store.Put("leases/lasting", deadline: deadline);

        var lease = await server.Call("lease/timetolive", new { ID = Text(LeaseId.FromDeadline(deadline)) });
        Assert.That(
            long.Parse(lease.GetProperty("grantedTTL").GetString()!, CultureInfo.InvariantCulture),
            Is.InRange(900, 1001));
    }

    [Test]
    public async Task A_replica_whose_clock_is_ahead_does_not_shorten_a_deadline()
    {
        var server = await SharedEtcd.Get();
        await using var ahead = Open(server, new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddSeconds(20)));
        await using var store = EtcdStores.Open(server);
        var deadline = Now + 60;
        await ahead.Put("leases/ahead", deadline: deadline);

        await store.Put("leases/right", deadline: deadline);
        await store.Put("leases/right too", deadline: deadline);

        var needed = deadline - Now;
        Assert.That((await LeaseOf(server, "leases/ahead")).Left, Is.LessThan(needed - 15));
        var right = await LeaseOf(server, "leases/right");
        Assert.That(right.Left, Is.GreaterThanOrEqualTo(needed));
        Assert.That((await LeaseOf(server, "leases/right too")).Id, Is.EqualTo(right.Id), "one grant serves all");
        Assert.That((await ahead.Find("leases/right"))!.Deadline, Is.InRange(deadline, deadline + 22));
    }

    [Test]
    public async Task A_clock_that_is_set_back_does_not_shorten_a_deadline()
    {
        var server = await SharedEtcd.Get();
        var time = new SteppedTime(TimeProvider.System);
        await using var store = Open(server, time);
        var deadline = Now + 4000;
        await store.Put("leases/before", deadline: deadline);

        time.Step(TimeSpan.FromSeconds(-1000));
        await store.Put("leases/after", deadline: deadline);

        Assert.That((await LeaseOf(server, "leases/after")).Left, Is.GreaterThanOrEqualTo(4900));
    }

    [Test]
    public async Task A_key_written_again_leaves_its_former_lease()
    {
        var server = await SharedEtcd.Get();
        await using var store = EtcdStores.Open(server);
        var deadline = Now + 2000;
        await store.Put("leases/again", deadline: deadline);

        await store.Put("leases/again");
        await server.Call("lease/revoke", new { ID = Text(LeaseId.FromDeadline(deadline)) });

        Assert.That((await store.Find("leases/again"))!.Deadline, Is.Null);
    }

    [Test]
    public async Task An_entry_past_its_deadline_is_absent_though_etcd_still_has_it()
    {
        var server = await SharedEtcd.Get();
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var writer = EtcdStores.Open(server);
        await using var store = EtcdStores.Open(
            new() { Endpoints = [server.ClientUri], Timeout = TimeSpan.FromHours(2) }, time);
        var deadline = Now + 3000;
        await writer.Put("leases/late", deadline: deadline);
        Assert.That(await store.Find("leases/late"), Is.Not.Null);

        time.SetUtcNow(DateTimeOffset.FromUnixTimeSeconds(deadline));

        Assert.That(await store.Find("leases/late"), Is.Null);
        var page = await store.Range(
            new(KeyRange.Single(StoreKey.FromText("leases/late")), Limit: 1), CancellationToken.None);
        Assert.That(page.Entries, Is.Empty);
        Assert.That(await writer.Find("leases/late"), Is.Not.Null, "etcd still has it");
    }

    [Test]
    public async Task An_entry_that_a_condition_found_is_returned_even_if_it_expires_before_the_answer()
    {
        await using var server = await EtcdServer.StartAsync();
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var store = EtcdStores.Open(
            new() { Endpoints = [server.ClientUri], Timeout = TimeSpan.FromHours(2) }, time);
        var (key, deadline) = (StoreKey.FromText("leases/ending"), Now + 3000);
        var written = await store.Put("leases/ending", deadline: deadline);
        server.Pause();
        var refused = store.Do(
            new Transaction([Compare.Absent(key)], [EtcdStores.PutOf("leases/ending")], [new Operation.Read(key)]));
        await Eventually.Holds(() => store.Queued() == 0, "it is sent");

        time.SetUtcNow(DateTimeOffset.FromUnixTimeSeconds(deadline));
        server.Resume();

        Assert.That((await refused).Succeeded, Is.False);
        Assert.That(
            (await refused).Results[0].Entries.Select(entry => entry.ModRevision),
            Is.EqualTo(new[] { written.Revision }));
    }

    [Test]
    public async Task A_foreign_lease_gives_a_plausible_and_stable_deadline()
    {
        var server = await SharedEtcd.Get();
        await using var store = EtcdStores.Open(server);
        var before = Now;
        var lease = await GrantForeign(server, seconds: 500);
        await PutForeign(server, "leases/foreign", lease);

        var first = (await store.Find("leases/foreign"))!.Deadline;
        var again = (await store.Find("leases/foreign"))!.Deadline;
        var page = await store.Range(
            new(KeyRange.Single(StoreKey.FromText("leases/foreign")), Limit: 1), CancellationToken.None);

        Assert.That(first, Is.InRange(before + 500, Now + 501));
        Assert.That(again, Is.EqualTo(first));
        Assert.That(page.Entries.Single().Deadline, Is.EqualTo(first));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Delete_and_expiry_are_distinguished(CancellationToken cancellationToken)
    {
        var server = await SharedEtcd.Get();
        await using var store = EtcdStores.Open(server);
        var revoked = await GrantForeign(server, seconds: 500);
        var lasting = await GrantForeign(server, seconds: 500);
        var start = await server.CurrentRevision() + 1;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var gone = Gone(store, start, count: 5, enough.Token);

        await store.Put("apart/expires", deadline: Now + 1);
        await store.Put("apart/deleted", deadline: Now + 500);
        await store.Put("apart/plain");
        await PutForeign(server, "apart/foreign expires", revoked);
        await PutForeign(server, "apart/foreign deleted", lasting);
        await store.Delete("apart/deleted");
        await store.Delete("apart/plain");
        await store.Delete("apart/foreign deleted");
        // To etcd the end of a lease is the same whether it ran out or was revoked.
        await server.Call("lease/revoke", new { ID = Text(revoked) });

        Assert.That(await gone, Is.EquivalentTo(new Dictionary<string, ChangeKind>
        {
            ["apart/deleted"] = ChangeKind.Delete,
            ["apart/plain"] = ChangeKind.Delete,
            ["apart/foreign deleted"] = ChangeKind.Delete,
            ["apart/foreign expires"] = ChangeKind.Expire,
            ["apart/expires"] = ChangeKind.Expire,
        }));
    }

    private static async Task<Dictionary<string, ChangeKind>> Gone(
        EtcdStore store, long start, int count, CancellationToken cancellationToken)
    {
        var gone = new Dictionary<string, ChangeKind>();
        await foreach (var set in store.Watch(KeyRange.Prefix(StoreKey.FromText("apart/")), start, cancellationToken))
        {
            foreach (var change in set.Changes.Where(change => change.Kind != ChangeKind.Put))
                gone.Add(change.Key.ToString(), change.Kind);
            if (gone.Count == count)
                break;
        }
        return gone;
    }

    private static async Task<long> GrantForeign(EtcdServer server, int seconds) =>
        Id(await server.Call("lease/grant", new { TTL = Text(seconds) }));

    private static Task<JsonElement> PutForeign(EtcdServer server, string key, long lease) => server.Call(
        "kv/put",
        new { key = Convert.ToBase64String(Encoding.UTF8.GetBytes(key)), value = "eA==", lease = Text(lease) });

    private static EtcdStore Open(EtcdServer server, TimeProvider time) =>
        EtcdStores.Open(new() { Endpoints = [server.ClientUri], Timeout = TimeSpan.FromHours(2) }, time);

    // The lease of a key, as etcd reports it.
    private static async Task<(long Id, long Left)> LeaseOf(EtcdServer server, string key)
    {
        var found = await server.Call("kv/range", new { key = Convert.ToBase64String(Encoding.UTF8.GetBytes(key)) });
        var id = found.GetProperty("kvs")[0].GetProperty("lease").GetString()!;
        var lease = await server.Call("lease/timetolive", new { ID = id });
        return (long.Parse(id, CultureInfo.InvariantCulture), long.Parse(
            lease.GetProperty("TTL").GetString()!, CultureInfo.InvariantCulture));
    }

    private static long Id(JsonElement lease) =>
        long.Parse(lease.GetProperty("ID").GetString()!, CultureInfo.InvariantCulture);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
