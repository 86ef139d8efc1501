using Kv.Domain.Access;
using Kv.Infrastructure.Access;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Audit;
using Kv.Infrastructure.Tests.Storage.Contract;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kv.Infrastructure.Tests.Access;

/// <summary>API keys over each engine.</summary>
internal sealed class ApiKeyRepositoryTests(EngineUnderTest engine) : StoreContract(engine)
{
    [Test]
    public async Task Added_keys_are_listed_completely_and_in_order_until_they_are_deleted()
    {
        var (repository, _) = Over();
        var grants = new Grants(
            isAdministrator: false, [new Grant("a:b", "*", "p%/: *", AccessVerbs.Read | AccessVerbs.Webhooks)]);
        var secret = ApiKeySecret.New();
        await repository.Add(ApiKey.Create(secret, grants, "a name", createdAt: 7, expireAt: 8), Enough);
        for (var i = 0; i < 600; i++)
            await repository.Add(ApiKey.Create(ApiKeySecret.New(), Grants.All, "", i, null), Enough);

        var listed = await repository.List(Enough);

        Assert.That(listed, Has.Count.EqualTo(601));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(listed.Skip(1).Select(key => key.CreatedAt), Is.EqualTo(Enumerable.Range(0, 600)));
            Assert.That(listed.Skip(1).Select(key => key.Grants.IsAdministrator), Has.All.True);
            Assert.That(listed[0].Grants.IsAdministrator, Is.False);
            Assert.That(listed[0].Grants.Granted, Is.EqualTo(grants.Granted));
            Assert.That(
                (listed[0].Id, listed[0].Name, listed[0].CreatedAt, listed[0].ExpireAt),
                Is.EqualTo((secret.Id, "a name", 7L, (long?)8)));
            Assert.That(listed[0].Accepts(secret.Hash(), 7), Is.True);
        }
        Assert.That(await repository.Delete(secret.Id, [], Enough), Is.True);
        Assert.That(await repository.Delete(secret.Id, [], Enough), Is.False);
        Assert.That(await repository.List(Enough), Has.Count.EqualTo(600));
    }

    [TestCase("nonsense")]
    [TestCase("null")]
    [TestCase("{}")]
    [TestCase("""{"id":"0123456789abcdef","hash":"0000000000000000000000000000000000000000000000000000000000000000","admin":true,"name":"","created_at":0}""")]
    [TestCase("""{"id":"0123456789abcdef","hash":null,"admin":true,"name":"","grants":[],"created_at":0}""")]
    [TestCase("""{"id":"0123456789abcdef","hash":"00","admin":true,"name":"","grants":[],"created_at":0}""")]
    [TestCase("""{"id":"0123456789abcdef","hash":"zz","admin":true,"name":"","grants":[],"created_at":0}""")]
    [TestCase("""{"id":"fedcba9876543210","hash":"0000000000000000000000000000000000000000000000000000000000000000","admin":true,"name":"","grants":[],"created_at":0}""")]
    [TestCase("""{"id":"0123456789abcdef","hash":"0000000000000000000000000000000000000000000000000000000000000000","admin":false,"name":"","grants":["*"],"created_at":0}""")]
    [TestCase("""{"id":"0123456789abcdef","hash":"0000000000000000000000000000000000000000000000000000000000000000","admin":false,"name":"","grants":[null],"created_at":0}""")]
    public async Task An_unreadable_record_grants_no_access(string record)
    {
        var (repository, layout) = Over();
        await Store.Commit(
            Transaction.Unconditional(
                new Operation.Put(
                    layout.ApiKey("0123456789abcdef"), System.Text.Encoding.UTF8.GetBytes(record))), Enough);

        Assert.That(await repository.List(Enough), Is.Empty);
    }

    [Test]
    public void Keys_are_stored_outside_the_ranges_of_tenants_and_of_the_watcher()
    {
        var (_, layout) = Over();
        var place = layout.ApiKey("0123456789abcdef");

        Assert.That(layout.ApiKeys.Contains(place), Is.True);
        foreach (var range in new[]
                 {
                     layout.Watched, layout.KeyValues, layout.Webhooks, layout.WatchedWithoutKeys,
                     layout.PendingDeliveries,
                 })
            Assert.That(range.Overlaps(layout.ApiKeys), Is.False);
    }

    // Each test has a store of its own, because API keys belong to no tenant.
    private (ApiKeyRepository Repository, KeyLayout Layout) Over()
    {
        var options = new StoreOptions { BaseKeyPrefix = $"keys-{Guid.NewGuid():N}" };
        var layout = new KeyLayout(options);
        return (new ApiKeyRepository(
            Store, layout, NoAudit.Records(layout),
            NullLogger<ApiKeyRepository>.Instance), layout);
    }
}
