using System.Net;
using System.Net.Sockets;
using Kv.Domain.Storage;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Deliveries.Targets;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Kv.Infrastructure.Tests.Deliveries.Targets;

/// <summary>
/// The deployment's own addresses and ports, under every configuration and in every spelling.
/// </summary>
internal sealed class OwnAddressesTests
{
    private static readonly TargetOptions AllAllowed = new()
    {
        Mode = TargetMode.Public,
        Allow = [IPNetwork.Parse("0.0.0.0/0"), IPNetwork.Parse("::/0")],
    };

    private readonly FakeTimeProvider _time = new();
    private readonly Dictionary<string, IPAddress[]?> _names = [];
    private OwnEndpoints _own = null!;
    private FixedServers _store = null!;
    private TargetPolicy _policy = null!;

    [SetUp]
    public void Begin()
    {
        _names.Clear();
        _own = new OwnEndpoints();
        _store = new FixedServers();
        _policy = new TargetPolicy(AllAllowed, OwnAddressesOf.Deployment(_own, _store, Resolve, _time));
    }

    [TearDown]
    public ValueTask End() => _store.DisposeAsync();

    [TestCase("10.0.0.1")]
    [TestCase("::ffff:10.0.0.1")]
    [TestCase("64:ff9b::10.0.0.1")]
    [TestCase("64:ff9b:1::10.0.0.1")]
    [TestCase("2002:a00:1::")]
    [TestCase("::10.0.0.1")]
    public async Task A_server_of_the_store_is_refused_at_each_of_its_ports_in_every_spelling(string address)
    {
        _store.Addresses = [new("http://etcd:12379"), new("http://10.0.0.1:12380")];
        _names["etcd"] = [IPAddress.Parse("10.0.0.2")];

        Assert.That(await Refusal(address, 12379), Is.Not.Null, "a port of another host");
        Assert.That(await Refusal(address, 12380), Is.Not.Null);
        Assert.That(await Refusal(address, 80), Is.Null);
        Assert.That(await Refusal("10.0.0.2", 12380), Is.Not.Null);
        Assert.That(await Refusal("10.0.0.3", 12379), Is.Null);
    }

    [Test]
    public async Task A_name_of_the_deployment_is_refused_for_any_address()
    {
        _own.Add(new Uri("https://Collector.example:4317/v1"));
        _names["collector.example"] = [];
        await _policy.Refresh(default);

        Assert.That(_policy.Refusal(new DnsEndPoint("collector.example", 4317)), Is.Not.Null);
        Assert.That(_policy.Refusal(new DnsEndPoint("collector.example", 4318)), Is.Null);
        Assert.That(_policy.Refusal(new DnsEndPoint("example", 4317)), Is.Null);
    }

    [TestCase("0.0.0.0")]
    [TestCase("::")]
    [TestCase("127.0.0.1")]
    [TestCase("::1")]
    public async Task A_port_on_which_Kv_listens_is_refused_at_every_address_of_the_machine(string listener)
    {
        _own.SetListeners([new IPEndPoint(IPAddress.Parse(listener), 8080)]);
        foreach (var address in MachineAddresses.All())
            Assert.That(await Refusal($"{address}", 8080), Is.Not.Null, $"{address}");

        Assert.That(await Refusal("127.0.0.1", 8080), Is.EqualTo("the address and port are this deployment's own"));
        Assert.That(await Refusal("127.1.2.3", 8080), Is.Not.Null);
        Assert.That(await Refusal("::1", 8080), Is.Not.Null);
        Assert.That(await Refusal("::ffff:127.0.0.1", 8080), Is.Not.Null);
        Assert.That(await Refusal("127.0.0.1", 8081), Is.Null);
        Assert.That(await Refusal("10.0.0.1", 8080), Is.Null);
    }

    [Test]
    public async Task A_replica_is_refused_at_the_addresses_of_its_entry()
    {
        await using var held = await _store.Lock(
            new KeyLayout(new StoreOptions()).WatcherLock,
            Announcement.Encode(
                [new IPEndPoint(IPAddress.IPv6Any, 8080), new IPEndPoint(IPAddress.Any, 8081)],
                [IPAddress.Loopback, IPAddress.Parse("10.0.0.7"), IPAddress.Parse("fd00::7")]),
            TimeSpan.FromSeconds(10), CancellationToken.None);

        Assert.That(await Refusal("10.0.0.7", 8080), Is.Not.Null);
        Assert.That(await Refusal("fd00::7", 8081), Is.Not.Null);
        Assert.That(await Refusal("10.0.0.7", 9000), Is.Null);
        Assert.That(
            await Refusal("127.0.0.1", 8080), Is.Null, "the replica's loopback addresses are not this machine's");
    }

    [TestCase("")]
    [TestCase("nonsense 10.0.0.7 10.0.0.7: [::1 10.0.0.7:99999")]
    public async Task A_malformed_entry_of_a_replica_is_ignored(string note)
    {
        await using var held = await _store.Lock(
            new KeyLayout(new StoreOptions()).WatcherLock, System.Text.Encoding.UTF8.GetBytes(note),
            TimeSpan.FromSeconds(10),
            CancellationToken.None);

        Assert.That(await Refusal("10.0.0.7", 8080), Is.Null);
    }

    [Test]
    public async Task A_change_is_known_when_the_cached_addresses_expire()
    {
        _store.Addresses = [new("http://etcd:12379")];
        _names["etcd"] = [IPAddress.Parse("10.0.0.1")];
        Assert.That(await Refusal("10.0.0.1", 12379), Is.Not.Null);

        _names["etcd"] = [IPAddress.Parse("10.0.0.2")];
        Assert.That(await Refusal("10.0.0.2", 12379), Is.Null);
        _time.Advance(OwnAddresses.Lifetime);

        Assert.That(await Refusal("10.0.0.2", 12379), Is.Not.Null);
        Assert.That(await Refusal("10.0.0.1", 12379), Is.Null);
    }

    [Test]
    public async Task A_name_that_cannot_be_looked_up_keeps_its_addresses()
    {
        _store.Addresses = [new("http://etcd:12379")];
        _names["etcd"] = [IPAddress.Parse("10.0.0.1")];
        await _policy.Refresh(default);

        _names["etcd"] = null;
        _time.Advance(OwnAddresses.Lifetime);

        Assert.That(await Refusal("10.0.0.1", 12379), Is.Not.Null);
    }

    [Test]
    public async Task During_an_outage_the_known_addresses_are_used_and_without_any_nothing_is_called()
    {
        _store.Fails = true;
        Assert.That(() => _policy.Refresh(default).AsTask(), Throws.InstanceOf<StoreException>());

        _store.Fails = false;
        _store.Addresses = [new("http://10.0.0.1:12379")];
        await _policy.Refresh(default);
        _store.Fails = true;
        _time.Advance(OwnAddresses.Lifetime);

        Assert.That(await Refusal("10.0.0.1", 12379), Is.Not.Null);
    }

    private async Task<string?> Refusal(string address, int port)
    {
        await _policy.Refresh(default);
        return _policy.Refusal(IPAddress.Parse(address), port);
    }

    private Task<IPAddress[]> Resolve(string host, CancellationToken cancellationToken) =>
        Task.FromResult(_names[host] ?? throw new SocketException((int)SocketError.TryAgain));

    /// <summary>A store that lists its servers.</summary>
    private sealed class FixedServers : IStore
    {
        private readonly InMemoryStore _inner = new(new FakeTimeProvider());

        public IReadOnlyList<Uri> Addresses { get; set; } = [];

        public bool Fails { get; set; }

        public Epoch Epoch => _inner.Epoch;

        public Task<IReadOnlyList<Uri>> Servers(CancellationToken cancellationToken) =>
            Fails
                ? Task.FromException<IReadOnlyList<Uri>>(new StoreUnavailableException("away"))
                : Task.FromResult(Addresses);

        public ValueTask<PointRead> Get(
            StoreKey key, ReadConsistency consistency, CancellationToken cancellationToken) =>
            _inner.Get(key, consistency, cancellationToken);

        public ValueTask<PairRead> GetPair(
            StoreKey first, StoreKey second, ReadConsistency consistency, CancellationToken cancellationToken) =>
            _inner.GetPair(first, second, consistency, cancellationToken);

        public Task<RangePage> Range(RangeQuery query, CancellationToken cancellationToken) =>
            _inner.Range(query, cancellationToken);

        public Task<long> Count(KeyRange range, long revision, CancellationToken cancellationToken) =>
            _inner.Count(range, revision, cancellationToken);

        public ValueTask<CommitResult> Commit(Transaction transaction, CancellationToken cancellationToken) =>
            _inner.Commit(transaction, cancellationToken);

        public IAsyncEnumerable<ChangeSet> Changes(
            KeyRange range, long from, long through, CancellationToken cancellationToken) =>
            _inner.Changes(range, from, through, cancellationToken);

        public IAsyncEnumerable<ChangeSet> Watch(
            KeyRange range, long fromRevision, CancellationToken cancellationToken, bool sizesOnly) =>
            _inner.Watch(range, fromRevision, cancellationToken);

        public Task<IStoreLock> Lock(
            StoreKey name, ReadOnlyMemory<byte> note, TimeSpan timeToLive, CancellationToken cancellationToken) =>
            _inner.Lock(name, note, timeToLive, cancellationToken);

        public ValueTask DisposeAsync() => _inner.DisposeAsync();
    }
}
