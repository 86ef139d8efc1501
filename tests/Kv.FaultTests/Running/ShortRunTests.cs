using Kv.FaultTests.Planting;
using Kv.Testing;

namespace Kv.FaultTests.Running;

/// <summary>
/// A few short runs, as many as every build can afford. <c>scripts/faults.sh</c> runs more and longer ones.
/// </summary>
[NonParallelizable]
public sealed class ShortRunTests
{
    private const int Seconds = 10;

    // CI keeps the files in it.
    private static readonly string Histories = Path.Combine(Repository.Root, "artifacts", "test-results", "faults");

    [TestCase(1)]
    [TestCase(2)]
    public async Task Kv_over_etcd_keeps_its_promises_under_faults(int seed)
    {
        RequiresEtcd.Check();
        await Run(Engine.Etcd, seed);
    }

    // CI runs these on the oldest supported etcd as well.
    [TestCase("0")]
    [TestCase("67108864")]
    public async Task Reads_are_linearizable_with_and_without_the_near_cache(string nearCacheBytes)
    {
        RequiresEtcd.Check();
        await Run(new RunSettings
        {
            Seconds = 25,
            Faults = ["leader-stop", "link-cut", "peer-isolate", "compact", "leader-move", "restore"],
            Environment = new Dictionary<string, string> { ["NEAR_CACHE_BYTES"] = nearCacheBytes },
        });
    }

    // The other planted bugs take longer: scripts/faults.sh --planted all.
    [TestCase("join-earlier-call")]
    [TestCase("progress-ahead")]
    public async Task A_stale_read_from_memory_is_found(string planted)
    {
        RequiresEtcd.Check();
        var settings = new RunSettings
        {
            Seconds = Seconds,
            SettleSeconds = Seconds,
            Server = await PlantedBuild.Make(),
        };

        var (found, _) = await PlantedCommand.Find(PlantedCommand.Chosen([planted])[0], settings, runs => runs < 15);

        Assert.That(found, Is.Not.Empty);
    }

    [TestCase(1)]
    [TestCase(2)]
    public Task Kv_over_its_embedded_engine_keeps_its_promises_under_faults(int seed) => Run(Engine.Embedded, seed);

    private static Task Run(Engine engine, int seed) =>
        Run(new RunSettings { Engine = engine, Seed = seed, Seconds = Seconds });

    private static async Task Run(RunSettings settings)
    {
        var (history, _, trouble) = await RunCommand.Run(settings, Histories, keeps: false);

        Assert.That(trouble, Is.Null, trouble);
        Assert.That(
            history.All<History.Call>().Count(call => call.Outcome == History.CallOutcome.Ok), Is.GreaterThan(100));
    }
}
