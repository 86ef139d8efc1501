using AutoMapper;
using Kv.Application.KeyValues;
using Kv.Domain;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Kv.Domain.Transactions;
using Moq;

namespace Kv.Application.Tests.KeyValues;

internal sealed class SetKeyValueTests
{
    private readonly Mock<IKeyValueRepository> _repository = new(MockBehavior.Strict);

    [SetUp]
    public void Forget() => _repository.Reset();

    [TestCase(null, 0, null)]
    [TestCase(0L, 0, null)]
    [TestCase(null, 300, 300L)]
    [TestCase(0L, 300, 300L)]
    [TestCase(60L, 0, 60L)]
    [TestCase(60L, 300, 60L)]
    public async Task A_key_lives_for_the_requested_time_or_for_the_default_of_the_deployment(
        long? asked, long standard, long? given)
    {
        using var cancellation = new CancellationTokenSource();
        _repository
            .Setup(repository => repository.Set(
                new Tenant("space", "app"), Key.Parse("key"), Requests.Set.Value,
                new SetOptions(given, "text/html", Precondition.Absent), cancellation.Token))
            .ReturnsAsync(new KeyValueWrite(true, 7, KeyValue: Requests.Stored()));

        await Handler(new Limits { DefaultTtlSeconds = standard })
            .Handle(
                Requests.Set with
                {
                    Ttl = Requests.Ttl(asked),
                    ContentType = "text/html",
                    Condition = Precondition.Absent,
                },
                cancellation.Token);

        _repository.VerifyAll();
    }

    [Test]
    public async Task The_answer_is_the_key_value_that_the_store_wrote()
    {
        _repository
            .Setup(repository => repository.Set(
                It.IsAny<Tenant>(), It.IsAny<Key>(), It.IsAny<ReadOnlyMemory<byte>>(), It.IsAny<SetOptions>(),
                It.IsAny<CancellationToken>()))
            .ReturnsAsync(new KeyValueWrite(true, 7, KeyValue: Requests.Stored(expiry: new Expiry(1_800_000_000, 60))));

        var change = await Handler(new Limits()).Handle(Requests.Set, CancellationToken.None);

        Assert.That((change.IsApplied, change.Revision), Is.EqualTo((true, 7)));
        var written = change.KeyValue!;

        Assert.That(written.Key, Is.EqualTo("key"));
        Assert.That(written.Value.ToArray(), Is.EqualTo("value"u8.ToArray()));
        Assert.That(written.Ttl, Is.EqualTo(60));
        Assert.That(written.ExpireAt, Is.EqualTo(1_800_000_000));
    }

    private SetKeyValueHandler Handler(Limits limits) =>
        new(_repository.Object, Mock.Of<IKeyValueTransactions>(), limits, new Mapper(TestMaps.All));
}
