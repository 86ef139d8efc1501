using AutoMapper;
using Kv.Application.KeyValues;
using Kv.Domain;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Moq;

namespace Kv.Application.Tests.KeyValues;

internal sealed class SetKeyValueTtlTests
{
    [TestCase(null, null)]
    [TestCase(0L, 300L)]
    [TestCase(60L, 60L)]
    public async Task Never_disables_the_expiry_and_0_selects_the_default(long? asked, long? given)
    {
        var repository = new Mock<IKeyValueRepository>(MockBehavior.Strict);
        repository
            .Setup(keyValues => keyValues.SetTtl(
                new Tenant("space", "app"), Key.Parse("key"), given, Precondition.None, It.IsAny<CancellationToken>()))
            .ReturnsAsync(new KeyValueWrite(true, 7, KeyValue: Requests.Stored()));

        var change = await Handle(
            repository,
            Requests.SetTtl with { Ttl = asked is { } seconds ? TimeToLive.FromSeconds(seconds) : TimeToLive.Never });

        Assert.That(change!.KeyValue!.Key, Is.EqualTo("key"));
    }

    [Test]
    public async Task An_absent_key_is_null_unless_a_condition_asks_for_its_absence()
    {
        var repository = new Mock<IKeyValueRepository>();
        repository
            .Setup(keyValues => keyValues.SetTtl(
                It.IsAny<Tenant>(), It.IsAny<Key>(), It.IsAny<long?>(), It.IsAny<Precondition>(),
                It.IsAny<CancellationToken>()))
            .ReturnsAsync(new KeyValueWrite(false, 9));

        Assert.That(await Handle(repository, Requests.SetTtl), Is.Null);
        Assert.That(
            await Handle(repository, Requests.SetTtl with { Condition = Precondition.Exists }),
            Is.EqualTo(new WriteResult(false, 9, 0, null)));
    }

    private static Task<WriteResult?> Handle(Mock<IKeyValueRepository> repository, SetKeyValueTtl request) =>
        new SetKeyValueTtlHandler(
                repository.Object, new Limits { DefaultTtlSeconds = 300 }, new Mapper(TestMaps.All))
            .Handle(request, CancellationToken.None);
}
