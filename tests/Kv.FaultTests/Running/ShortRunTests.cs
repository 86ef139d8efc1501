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
    [TestCase(3)]
    [TestCase(4)]
    public async Task Kv_over_etcd_keeps_its_promises_under_faults(int seed)
    {
        RequiresEtcd.Check();
        await Run(Engine.Etcd, seed);
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    public Task Kv_over_its_embedded_engine_keeps_its_promises_under_faults(int seed) => Run(Engine.Embedded, seed);

    private static async Task Run(Engine engine, int seed)
    {
        var settings = new RunSettings { Engine = engine, Seed = seed, Seconds = Seconds };

        var (history, _, trouble) = await RunCommand.Run(settings, Histories, keeps: false);

        Assert.That(trouble, Is.Null, trouble);
        Assert.That(
            history.All<History.Call>().Count(call => call.Outcome == History.CallOutcome.Ok), Is.GreaterThan(100));
    }
}
