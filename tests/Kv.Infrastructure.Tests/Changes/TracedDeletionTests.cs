using System.Diagnostics;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Kv.Infrastructure.Changes;
using Kv.Infrastructure.Diagnostics;
using Kv.Infrastructure.KeyValues;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Audit;
using Kv.Infrastructure.Tests.Storage.Contract;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Changes;

/// <summary>
/// The deletion of an absent key writes nothing, even if its request is traced. Each engine has a store of its own.
/// </summary>
internal sealed class TracedDeletionTests(EngineUnderTest engine) : StoreContract(engine)
{
    private static readonly Tenant Us = new Tenant("n", "a");
    private static readonly Key Wanted = Domain.KeyValues.Key.Parse("k");

    private KeyLayout _layout = null!;
    private ActivityListener _listener = null!;
    private WatchLag _lag = null!;
    private KeyValueRepository _keyValues = null!;

    private StoreKey Trace => _layout.Trace(_layout.KeyValue(Us, Wanted));

    protected override Task<StoreHarness> Open() => Engine.OpenAlone();

    [SetUp]
    public void Make()
    {
        var options = new StoreOptions { BaseKeyPrefix = $"traced/{Guid.NewGuid():N}" };
        _layout = new KeyLayout(options);
        _listener = new ActivityListener { ShouldListenTo = source => source.Name == Telemetry.Name };
        ActivitySource.AddActivityListener(_listener);
        _lag = new WatchLag(_layout, Meters.Factory, TimeProvider.System);
        var audit = NoAudit.Records(_layout);
        _keyValues = new KeyValueRepository(
            new TracedStore(Store, new WriteTraces(_layout, TimeProvider.System), _lag), _layout, audit,
            TimeProvider.System);
    }

    [TearDown]
    public void Dispose() => _listener.Dispose();

    [TestCase(PreconditionKind.None)]
    [TestCase(PreconditionKind.Absent)]
    public async Task The_deletion_of_an_absent_key_takes_no_revision_and_leaves_no_trace(PreconditionKind condition)
    {
        var before = await Write("another", "v");
        using var request = Request();

        var deleted = await _keyValues.Delete(
            Us, Wanted, condition == PreconditionKind.Absent ? Precondition.Absent : Precondition.None, Enough);

        Assert.That((deleted.IsApplied, deleted.Revision), Is.EqualTo((true, before)));
        Assert.That(await CurrentRevision(), Is.EqualTo(before));
        Assert.That(await Get(Trace), Is.Null);
    }

    [Test]
    public async Task The_trace_of_a_deletion_is_at_its_revision()
    {
        await Store.Commit(
            Transaction.Unconditional(new Operation.Put(_layout.KeyValue(Us, Wanted), Bytes("v"))), Enough);
        using var request = Request();

        var deleted = await _keyValues.Delete(Us, Wanted, Precondition.None, Enough);

        Assert.That(await Get(_layout.KeyValue(Us, Wanted)), Is.Null);
        var trace = await Get(Trace);
        Assert.That((trace?.ModRevision, Text(trace)), Is.EqualTo((deleted.Revision, request.Id)));
        Assert.That(await CurrentRevision(), Is.EqualTo(deleted.Revision));
    }

    private static Activity Request()
    {
        var request = new Activity("request").SetIdFormat(ActivityIdFormat.W3C);
        request.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        return request.Start();
    }
}
