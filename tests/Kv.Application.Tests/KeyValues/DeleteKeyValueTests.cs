using AutoMapper;
using Kv.Application.KeyValues;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Moq;

namespace Kv.Application.Tests.KeyValues;

internal sealed class DeleteKeyValueTests
{
    [Test]
    public async Task The_key_of_the_tenant_is_deleted_under_its_condition()
    {
        using var cancellation = new CancellationTokenSource();
        var condition = Precondition.WrittenAt(7);
        var repository = new Mock<IKeyValueRepository>();
        repository
            .Setup(
                keyValues => keyValues.Delete(
                    new Tenant("space", "app"), Key.Parse("key"), condition, cancellation.Token))
            .ReturnsAsync(new KeyValueWrite(false, 9, FoundRevision: 8));

        var change = await new DeleteKeyValueHandler(repository.Object, new Mapper(TestMaps.All))
            .Handle(Requests.Delete with { Condition = condition }, cancellation.Token);

        Assert.That(change, Is.EqualTo(new WriteResult(false, 9, 8, null)));
    }
}
