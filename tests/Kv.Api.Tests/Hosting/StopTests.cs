using Kv.Testing;

namespace Kv.Api.Tests.Hosting;

/// <summary>The effect of signals on the real program.</summary>
internal sealed class StopTests
{
    private const int KilledBySignal = 128;

    // Twice the time of a start on an idle machine; on a busy machine, the time that the start takes.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(1500);
    private static readonly TimeSpan LongestOnABusyMachine = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(75);

    [TestCase(Engine.Embedded)]
    [TestCase(Engine.Etcd, Category = Categories.Long)]
    [Platform(Include = "Linux", Reason = "It looks into /proc.")]
    public async Task A_signal_at_any_moment_of_the_start_ends_it_with_0_and_without_an_error(Engine engine)
    {
        var (isCtrlC, hasStarted) = (false, false);
        for (var moment = TimeSpan.Zero;
            moment <= Longest || (!hasStarted && moment <= LongestOnABusyMachine);
            moment += moment < Longest ? Step : 2 * Step)
        {
            using var data = new TemporaryDirectory();
            await using var kv = await Start(engine, data);
            await Task.Delay(moment);
            // Before the program's first instruction the signal ends it, by the system's default.
            var hears = kv.HasLoaded("Kv.Infrastructure.dll");
            hasStarted = kv.HasStarted;

            // Each signal at every other moment.
            isCtrlC = !isCtrlC && !Signals.IsInterruptIgnored;
            kv.Signal(isCtrlC);
            var exitCode = await kv.Ended();

            Assert.That(
                exitCode, hears ? Is.Zero : Is.Zero.Or.GreaterThan(KilledBySignal),
                $"after {moment}:\n{kv.Output}\n{kv.Error}");
            Assert.That(kv.Error, Is.Empty, $"after {moment}");
            Assert.That(kv.Output, Does.Not.Contain("   at ").And.Not.Contain("Exception"), $"after {moment}");
            if (!kv.HasStarted && kv.Output.Contains("Kv stops", StringComparison.Ordinal))
                Assert.That(kv.Output, Does.Contain("serves requests for 0 s more"), "it has no callers yet");
        }
    }

    [Test]
    public async Task Ctrl_C_says_that_it_drains_and_for_how_long_and_a_second_signal_ends_it_at_once(
        [Values] bool isSecondCtrlC)
    {
        AssumeSigintIsHeard(isCtrlC: true);
        using var data = new TemporaryDirectory();
        await using var kv = KvProcess.Start(
            ("STORE", "embedded"), ("DATA_DIR", data.Path), ("SHUTDOWN_DRAIN_SECONDS", "300"));
        var client = await kv.Client();

        kv.Signal(isCtrlC: true);
        await Eventually.Holds(
            () => kv.Output.Contains("Kv stops (Ctrl-C): it serves requests for 300 s more", StringComparison.Ordinal),
            "it says so");
        Assert.That((await client.Put("k", "v")).Status, Is.EqualTo(200), "it serves");
        kv.Signal(isSecondCtrlC);

        Assert.That(await kv.Ended(), Is.Zero, kv.Error);
        Assert.That(kv.Error, Is.Empty);
    }

    [Test]
    public async Task Sigterm_says_so_too_and_ends_it_in_order()
    {
        using var data = new TemporaryDirectory();
        await using var kv = KvProcess.Start(
            ("STORE", "embedded"), ("DATA_DIR", data.Path), ("SHUTDOWN_DRAIN_SECONDS", "1"));
        await kv.Started();

        Assert.That(await kv.Terminate(), Is.Zero, kv.Error);

        Assert.That(kv.Output, Does.Contain("Kv stops (SIGTERM): it serves requests for 1 s more"));
        Assert.That(kv.Error, Is.Empty);
    }

    [Test]
    public async Task A_signal_ends_a_verb_of_the_command_line()
    {
        // It waits for a store that never answers.
        await using var hole = TcpProxy.To("127.0.0.1:1");
        hole.BlackHole();
        await using var verb = KvProcess.Start(
            ["apikey", "list"], ("ETCD_ENDPOINTS", hole.Endpoint), ("STORE_TIMEOUT_SECONDS", "60"));
        await Eventually.Holds(() => hole.OpenConnections > 0, "it asks the store");

        Assert.That(await verb.Terminate(), Is.GreaterThan(KilledBySignal));
    }

    private static async Task<KvProcess> Start(Engine engine, TemporaryDirectory data)
    {
        (string, string)[] store = engine == Engine.Embedded
            ? [("STORE", "embedded"), ("DATA_DIR", data.Path)]
            : [("ETCD_ENDPOINTS", (await SharedEtcd.Get()).Endpoint), KvProcess.Patient,
                ("BASE_KEY_PREFIX", Guid.NewGuid().ToString("N"))];
        return KvProcess.Start([.. store, ("SHUTDOWN_DRAIN_SECONDS", "1")]);
    }

    // A shell makes background commands ignore SIGINT, and their child processes ignore it too.
    private static void AssumeSigintIsHeard(bool isCtrlC) =>
        Assume.That(
            isCtrlC && Signals.IsInterruptIgnored, Is.False, "SIGINT is ignored by all that this test run starts");
}
