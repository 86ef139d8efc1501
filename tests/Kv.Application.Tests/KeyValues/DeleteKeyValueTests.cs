using Kv.Application.KeyValues;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Moq;

namespace Kv.Application.Tests.KeyValues;

internal sealed class DeleteKeyValueTests
{
    [Test]
    public async Task The_key_of_the_tenant_is_deleted()
    {
        using var cancellation = new CancellationTokenSource();
        var repository = new Mock<IKeyValueRepository>();

        await new DeleteKeyValueHandler(repository.Object).Handle(Requests.Delete, cancellation.Token);

        repository.Verify(
            keyValues => keyValues.Delete(Tenant.Of("space", "app"), Key.Of("key"), cancellation.Token), Times.Once);
        repository.VerifyNoOtherCalls();
    }
}
