using System.Text;
using Kv.Domain;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Kv.Domain.Watching;
using Kv.Infrastructure.Changes;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Storage.Contract;
using Kv.Infrastructure.Watching;
using Kv.Testing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace Kv.Infrastructure.Tests.Watching;

/// <summary>The base of the tests of the hub: a hub over each engine, under keys of the test's own.</summary>
internal abstract class HubTests(EngineUnderTest engine) : StoreContract(engine)
{
    protected static readonly KeyPattern All = KeyPattern.Parse("*");

    /// <summary>Longer than any test takes.</summary>
    protected static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    private CancellationTokenSource _stopping = null!;

    protected Tenant Us { get; } = new Tenant("space", "app");

    protected KeyLayout Layout { get; private set; } = null!;

    protected CountedStore Counted { get; private set; } = null!;

    protected CountedBudget Budget { get; private set; } = null!;

    protected KeyChangeHub Hub { get; private set; } = null!;

    protected KeyChangeFeed Feed { get; private set; } = null!;

    /// <summary>The clock of the hub; the store has its own.</summary>
    protected virtual TimeProvider Time => TimeProvider.System;

    [SetUp]
    public void StartHub()
    {
        Layout = new KeyLayout(new StoreOptions { BaseKeyPrefix = $"hub/{Guid.NewGuid():N}" });
        Counted = new CountedStore(Store);
        Budget = new CountedBudget();
        _stopping = new CancellationTokenSource();
        var lifetime = new Mock<IHostApplicationLifetime>();
        lifetime.Setup(host => host.ApplicationStopping).Returns(_stopping.Token);
        var changes = new KeyChangeMapper(Layout, TimeProvider.System);
        var past = new PastChanges(Counted, Layout);
        Hub = new KeyChangeHub(
            Counted, Layout, changes, Budget, new Limits { MaxWatches = 10_000 }, Meters.Factory, Time,
            lifetime.Object, NullLogger<KeyChangeHub>.Instance);
        Feed = new KeyChangeFeed(Hub, past, new CatchUpReader(past, changes, Budget), Budget, Time);
    }

    [TearDown]
    public async Task StopHub()
    {
        await Hub.DisposeAsync();
        Assert.That(Budget.Held, Is.Zero, "remaining shares of the budget");
        // A watch that the hub gave up earlier may still be ending.
        await Eventually.Holds(() => Counted.Open == 0, "no watch of the store remains");
        await Counted.DisposeAsync();
        _stopping.Dispose();
    }

    /// <summary>Begins to stop the process.</summary>
    protected Task BeginStop() => _stopping.CancelAsync();

    protected Task<IKeyChangeWatch> Open(KeyPattern? pattern = null, long? since = null, Tenant? tenant = null) =>
        Feed.Open(tenant ?? Us, pattern ?? All, since, Enough);

    /// <summary>The next changes of a watch, which must come.</summary>
    protected static async Task<KeyChangeSet> Next(IKeyChangeWatch watch)
    {
        var set = await watch.Next(Long, Enough);
        Assert.That(set?.Changes, Is.Not.Null.And.Not.Empty);
        return set!;
    }

    /// <summary>The next changes, this many of them, as "key=value".</summary>
    protected static async Task<List<string>> Take(IKeyChangeWatch watch, int count)
    {
        var seen = new List<string>();
        while (seen.Count < count)
            seen.AddRange((await Next(watch)).Changes.Select(Short));
        return seen;
    }

    protected static string Short(KeyChanged change) => change.NewValue is { } value
        ? $"{change.Key}={Encoding.UTF8.GetString(value.Span)}"
        : $"{change.Key} is gone";

    protected async Task<long> Set(string key, string value = "v", Tenant? tenant = null) =>
        (await Commit(ToSet(key, value, tenant))).Revision;

    protected Operation ToSet(string key, string value = "v", Tenant? tenant = null) =>
        new Operation.Put(Layout.KeyValue(tenant ?? Us, Domain.KeyValues.Key.Parse(key)), Bytes(value));

    /// <summary>Writes more changes than the hub remembers, while a watch reads them.</summary>
    /// <returns>The revision before, and the keys.</returns>
    protected async Task<(long Start, string[] Keys)> Outrun(IKeyChangeWatch watching)
    {
        var start = await Set("start");
        await Next(watching);
        var value = new string('v', 600_000);
        string[] keys = [.. Enumerable.Range(0, 40).Select(number => $"{number:d2}")];
        foreach (var key in keys)
        {
            await Set(key, value);
            await Next(watching);
        }
        return (start, keys);
    }
}
