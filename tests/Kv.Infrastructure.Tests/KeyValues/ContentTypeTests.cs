using System.Text;
using Kv.Domain.KeyValues;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Domain.Transactions;
using Kv.Infrastructure.KeyValues;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Audit;
using Kv.Infrastructure.Tests.Storage.Contract;
using Kv.Infrastructure.Transactions;

namespace Kv.Infrastructure.Tests.KeyValues;

/// <summary>
/// A content type is stored beside its key, and no quota counts it. So none outlives a key that expires.
/// </summary>
internal sealed class ContentTypeTests(EngineUnderTest engine) : StoreContract(engine)
{
    private const long Ttl = 600;

    private static readonly Tenant Us = new Tenant("n", "a");
    private static readonly Key Page = Domain.KeyValues.Key.Parse("page");

    private KeyLayout _layout = null!;
    private KeyValueRepository _keyValues = null!;

    [SetUp]
    public async Task SetAPage()
    {
        var options = new StoreOptions { BaseKeyPrefix = $"content-types/{Guid.NewGuid():N}" };
        _layout = new KeyLayout(options);
        var audit = NoAudit.Records(_layout);
        _keyValues = new KeyValueRepository(Store, _layout, audit, TimeProvider.System);
        await Set(new SetOptions(TtlSeconds: null, "text/html"));
        Assert.That(await Stored(), Is.EqualTo("text/html"));
    }

    [Test]
    public async Task A_new_TTL_removes_the_type_of_an_earlier_value()
    {
        await Set(default);

        var touched = await _keyValues.SetTtl(Us, Page, Ttl, Precondition.None, Enough);

        Assert.That((touched.IsApplied, await Stored()), Is.EqualTo((true, "(none)")));
    }

    [Test]
    public async Task A_new_TTL_keeps_the_type_of_the_present_value()
    {
        await _keyValues.SetTtl(Us, Page, Ttl, Precondition.None, Enough);

        Assert.That(await Stored(), Is.EqualTo("text/html"));
    }

    [Test]
    public async Task A_value_with_a_TTL_and_without_a_type_removes_the_type_of_an_earlier_value()
    {
        await Set(new SetOptions(Ttl));

        Assert.That(await Stored(), Is.EqualTo("(none)"));
    }

    [Test]
    public async Task A_transaction_that_sets_a_value_with_a_TTL_removes_the_type_of_an_earlier_value()
    {
        var branch = new TransactionBranch(
            [
                new KeyOperation(KeyOperationKind.Set, Page, Bytes("v"), new SetOptions(Ttl)),
                new KeyOperation(KeyOperationKind.Get, Page),
            ],
            Us, _layout, TimeProvider.System);
        var done = await Store.Commit(Transaction.Unconditional([.. branch.Operations]), Enough);

        Assert.That(await Stored(), Is.EqualTo("(none)"));
        var results = branch.Results(done.Results, done.Revision);
        Assert.That(Encoding.UTF8.GetString(results[1]!.Value.Span), Is.EqualTo("v"));
    }

    private Task<KeyValueWrite> Set(SetOptions options) => _keyValues.Set(Us, Page, Bytes("v"), options, Enough);

    private async Task<string> Stored() =>
        Text((await Store.Get(_layout.Content(Us, Page), ReadConsistency.Linearizable, Enough)).Entry);
}
