using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Store;

/// <summary>The answers about revisions that the store has compacted.</summary>
[FixtureLifeCycle(LifeCycle.SingleInstance)]
[TestFixture(Engine.Etcd)]
[TestFixture(Engine.Embedded)]
internal sealed class CompactedTests(Engine engine)
{
    private const int Kept = 1_000;

    private EtcdServer? _etcd;
    private KvHost _host = null!;
    private KvClient _kv = null!;
    private string _first = null!;
    private long _last;

    [OneTimeSetUp]
    public async Task Forget()
    {
        if (engine == Engine.Etcd)
        {
            RequiresEtcd.Check();
            _etcd = await EtcdServer.StartAsync();
            _host = await KvHost.StartOver(_etcd.Endpoint);
        }
        else
            _host = await KvHost.Start(engine, ("HISTORY_REVISIONS", $"{Kept}"));
        _kv = _host.NewTenant();
        _first = (await _kv.Put("k", "1")).Header("KV-Revision")!;
        await _kv.Put("stands", "since long");
        await _kv.Put("page/1", "v");
        await _kv.Put("page/2", "v");
        Cursor = (await _kv.Send(HttpMethod.Get, "/kv?prefix=page/&limit=1")).Json.GetProperty("cursor").GetString()!;
        await _kv.Put("k", "2");
        await _kv.Put("k", "3");
        if (_etcd is not null)
            await _etcd.Compact(_last = long.Parse((await _kv.Get("k")).Header("KV-Revision")!, null));
        else
            for (var writes = 0; writes < Kept + Kept / 5; writes++)
                _last = long.Parse((await _kv.Put("busy", $"{writes}")).Header("KV-Revision")!, null);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        if (_etcd is not null)
            await _etcd.DisposeAsync();
    }

    private string Cursor { get; set; } = null!;

    [Test]
    public async Task A_compacted_revision_is_410_and_names_the_oldest_revision()
    {
        var gone = await _kv.Send(HttpMethod.Get, $"/kv/k?revision={_first}");

        Expect.Problem(gone, 410, "Revision compacted");
        var oldest = gone.Json.GetProperty("oldest_revision").GetInt64();
        Assert.That(oldest, Is.GreaterThan(long.Parse(_first, null)).And.LessThanOrEqualTo(_last));
        Assert.That(
            (await _kv.Send(HttpMethod.Get, $"/kv/k?revision={oldest}")).Json.GetProperty("value").GetString(),
            Is.EqualTo("3"));
    }

    [Test]
    public async Task A_listing_whose_revision_is_compacted_is_410()
    {
        var gone = await _kv.Send(HttpMethod.Get, $"/kv?prefix=page/&limit=1&cursor={Cursor}");

        Expect.Problem(gone, 410, "Revision compacted");
        Assert.That(gone.Json.GetProperty("oldest_revision").GetInt64(), Is.Positive);
    }

    [Test]
    public async Task A_history_begins_with_the_value_at_the_compaction()
    {
        var history = (await _kv.Send(HttpMethod.Get, "/history/k")).Json;
        var stands = (await _kv.Send(HttpMethod.Get, "/history/stands")).Json;

        Assert.That(history.GetProperty("oldest_revision").GetInt64(), Is.Positive);
        Assert.That(
            history.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("value").GetString()),
            Is.EqualTo(new[] { "3" }));
        Assert.That(stands.GetProperty("items")[0].GetProperty("event").GetString(), Is.EqualTo("create"));
        Assert.That(stands.GetProperty("items")[0].GetProperty("value").GetString(), Is.EqualTo("since long"));
    }
}
