using AutoMapper;
using Kv.Application.KeyValues;
using Kv.Domain.KeyValues;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Moq;

namespace Kv.Application.Tests.KeyValues;

internal sealed class GetKeyValueTests
{
    [Test]
    public async Task A_key_is_returned_with_its_expiry()
    {
        var found = await Handle(Requests.Stored(expiry: new Expiry(1_800_000_000, 0)));

        Assert.That(found, Is.Not.Null);
        Assert.That(found.Key, Is.EqualTo("key"));
        Assert.That(found.Value.ToArray(), Is.EqualTo("value"u8.ToArray()));
        Assert.That(found.Ttl, Is.Zero);
        Assert.That(found.ExpireAt, Is.EqualTo(1_800_000_000));
        Assert.That(
            (found.Revision, found.CreateRevision, found.Version, found.ContentType),
            Is.EqualTo((7, 5, 2, "text/plain")));
    }

    [Test]
    public async Task A_key_that_never_expires_has_neither_a_ttl_nor_an_expiry_time()
    {
        var found = await Handle(Requests.Stored());

        Assert.That(found, Is.Not.Null);
        Assert.That(found.Ttl, Is.Null);
        Assert.That(found.ExpireAt, Is.Null);
    }

    [Test]
    public async Task An_absent_key_is_null() => Assert.That(await Handle(null), Is.Null);

    [Test]
    public async Task It_is_read_as_requested_and_returned_with_the_revision_of_the_store()
    {
        var options = new ReadOptions(ReadConsistency.Serializable, 3, WithContentType: true);
        var repository = new Mock<IKeyValueRepository>(MockBehavior.Strict);
        repository
            .Setup(
                keyValues => keyValues.Get(It.IsAny<Tenant>(), It.IsAny<Key>(), options, It.IsAny<CancellationToken>()))
            .ReturnsAsync(new KeyValueRead(null, 9));

        var found = await new GetKeyValueHandler(repository.Object, new Mapper(TestMaps.All))
            .Handle(Requests.Get with { Options = options }, CancellationToken.None);

        Assert.That(found, Is.EqualTo(new ReadResult(null, 9)));
    }

    private static async Task<KeyValueDto?> Handle(KeyValue? stored)
    {
        using var cancellation = new CancellationTokenSource();
        var repository = new Mock<IKeyValueRepository>(MockBehavior.Strict);
        repository
            .Setup(
                keyValues => keyValues.Get(new Tenant("space", "app"), Key.Parse("key"), default, cancellation.Token))
            .ReturnsAsync(new KeyValueRead(stored, 8));
        var found = await new GetKeyValueHandler(repository.Object, new Mapper(TestMaps.All))
            .Handle(Requests.Get, cancellation.Token);
        return found.KeyValue;
    }
}
