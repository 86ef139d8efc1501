using System.Text;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Kv.Infrastructure.KeyValues;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Etcd;
using Kv.Infrastructure.Tests.Audit;
using Kv.Infrastructure.Tests.Storage.Etcd;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.KeyValues;

/// <summary>Keys and values over a real store; every test under a tenant of its own.</summary>
internal sealed class KeyValueRepositoryTests
{
    private static int _tenants;

    private EtcdStore _store = null!;
    private KeyValueRepository _repository = null!;
    private KeyValueListings _listings = null!;
    private Tenant _tenant = null!;

    [OneTimeSetUp]
    public async Task Open()
    {
        _store = EtcdStores.Open(await SharedEtcd.Get());
        var options = new StoreOptions();
        var layout = new KeyLayout(options);
        _repository = new KeyValueRepository(
            _store, layout, NoAudit.Records(layout),
            TimeProvider.System);
        _listings = new KeyValueListings(_store, new KeyLayout(new StoreOptions()), TimeProvider.System);
    }

    [OneTimeTearDown]
    public async Task Close()
    {
        if (_store is not null)
            await _store.DisposeAsync();
    }

    [SetUp]
    public void NewTenant() => _tenant = new Tenant("repository", $"app{Interlocked.Increment(ref _tenants)}");

    [Test]
    public async Task A_set_value_is_read_back()
    {
        var written = await Set("key", "value");
        var read = (await Get("key"))!;

        Assert.That(read.Key, Is.EqualTo(Key.Parse("key")));
        Assert.That(Text(read), Is.EqualTo("value"));
        Assert.That(read.Expiry, Is.Null);
        Assert.That(read.Revision, Is.EqualTo(written.Revision));
    }

    [Test]
    public async Task Any_bytes_are_a_value()
    {
        byte[] value = [.. Enumerable.Range(0, 256).Select(number => (byte)number)];

        await _repository.Set(_tenant, Key.Parse("bytes"), value, default, CancellationToken.None);
        await _repository.Set(_tenant, Key.Parse("nothing"), default, default, CancellationToken.None);

        Assert.That((await Get("bytes"))!.Value.ToArray(), Is.EqualTo(value));
        Assert.That((await Get("nothing"))!.Value.ToArray(), Is.Empty);
    }

    [Test]
    public async Task The_value_is_stored_raw_under_the_key_of_the_predecessor()
    {
        await Set("a/b", "value");

        Assert.That(await _store.Value($"/kvstore/kv/repository/{_tenant.AppName}/a/b"), Is.EqualTo("value"));
    }

    [Test]
    public async Task A_write_and_a_read_return_the_same_expiry()
    {
        var written = await Set("key", "value", ttl: 3600);
        var read = (await Get("key"))!;

        Assert.That(written.Expiry!.Value.Ttl, Is.EqualTo(3600));
        Assert.That(read.Expiry!.Value.ExpireAt, Is.EqualTo(written.Expiry.Value.ExpireAt));
        Assert.That(read.Expiry.Value.Ttl, Is.InRange(1, 3600));
    }

    [Test]
    public async Task A_write_without_a_time_to_live_clears_the_former_one()
    {
        await Set("key", "value", ttl: 3600);
        await Set("key", "value");

        Assert.That((await Get("key"))!.Expiry, Is.Null);
    }

    [Test]
    public async Task A_deleted_key_is_absent_and_deleting_it_again_is_no_error()
    {
        await Set("key", "value");
        await _repository.Delete(_tenant, Key.Parse("key"), Precondition.None, CancellationToken.None);
        await _repository.Delete(_tenant, Key.Parse("key"), Precondition.None, CancellationToken.None);

        Assert.That(await Get("key"), Is.Null);
    }

    [Test]
    public async Task Tenants_do_not_see_each_other()
    {
        var other = new Tenant("repository", $"{_tenant.AppName}2");
        await Set("key", "mine");
        await _repository.Set(other, Key.Parse("key"), "theirs"u8.ToArray(), default, CancellationToken.None);
        await _repository.Set(other, Key.Parse("key2"), "theirs"u8.ToArray(), default, CancellationToken.None);

        Assert.That(Text((await Get("key"))!), Is.EqualTo("mine"));
        Assert.That(await Keys(""), Is.EqualTo(["key"]));
        await _repository.Delete(_tenant, Key.Parse("key2"), Precondition.None, CancellationToken.None);
        Assert.That(
            (await _repository.Get(other, Key.Parse("key2"), default, CancellationToken.None)).KeyValue, Is.Not.Null);
    }

    [Test]
    public async Task A_listing_comes_in_byte_order_and_holds_just_the_prefix()
    {
        foreach (var key in new[] { "b", "a/2", "a", "a/10", "ä", "a*", "A" })
            await Set(key, "value");

        Assert.That(await Keys(""), Is.EqualTo(["A", "a", "a*", "a/10", "a/2", "b", "ä"]));
        Assert.That(await Keys("a/"), Is.EqualTo(["a/10", "a/2"]));
        Assert.That(await Keys("c"), Is.Empty);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task All_pages_of_a_listing_come_from_one_revision_while_writers_write(
        CancellationToken cancellationToken)
    {
        const int count = 300;
        await Task.WhenAll(Enumerable.Range(0, count).Select(i => Set($"{i:D3}", "before")));
        var listing = (await _listings.List(_tenant, "", false, cancellationToken))
            .KeyValues.GetAsyncEnumerator(cancellationToken);
        var listed = new List<KeyValue>();
        await using (listing)
        {
            // Each page is read only when it is asked for; these writes come after the first.
            Assert.That(await listing.MoveNextAsync(), Is.True);
            listed.Add(listing.Current);
            await Task.WhenAll(Enumerable.Range(0, count).Select(i => Set($"{i:D3}", "after")));
            await Set("500", "new");
            await _repository.Delete(_tenant, Key.Parse("299"), Precondition.None, cancellationToken);

            while (await listing.MoveNextAsync())
                listed.Add(listing.Current);
        }

        Assert.That(
            listed.Select(found => found.Key.Value), Is.EqualTo(Enumerable.Range(0, count).Select(i => $"{i:D3}")));
        Assert.That(listed.Select(Text), Has.All.EqualTo("before"));
    }

    private async Task<KeyValue> Set(string key, string value, long? ttl = null) =>
        (await Write(key, value, new SetOptions(ttl))).KeyValue!;

    private Task<KeyValueWrite> Write(string key, string value, SetOptions options = default) =>
        _repository.Set(_tenant, Key.Parse(key), Encoding.UTF8.GetBytes(value), options, CancellationToken.None);

    private async Task<KeyValue?> Get(string key) =>
        (await _repository.Get(
            _tenant, Key.Parse(key), new ReadOptions(WithContentType: true), CancellationToken.None)).KeyValue;

    private async Task<List<string>> Keys(string prefix)
    {
        var keys = new List<string>();
        await foreach (var found in (await _listings.List(_tenant, prefix, false, CancellationToken.None)).KeyValues)
            keys.Add(found.Key.Value);
        return keys;
    }

    private static string Text(KeyValue found) => Encoding.UTF8.GetString(found.Value.Span);
}
