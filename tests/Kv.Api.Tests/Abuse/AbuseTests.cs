using System.Globalization;
using Kv.Api.Tests.Hosting;
using Kv.Attacker;
using Kv.Testing;

namespace Kv.Api.Tests.Abuse;

/// <summary>
/// Callers that try to take the others down, one way after the other, against the real program with a heap of 512 MB. A
/// neighbour reads and writes meanwhile. <c>scripts/abuse.sh</c> runs the same for longer, and prints how long the
/// neighbour waited.
/// </summary>
[NonParallelizable]
internal sealed class AbuseTests
{
    private const int HeapBytes = 512 * 1024 * 1024;

    // Code, the stacks of threads, and the caches of SQLite are beside the heap.
    private const long MaxMemory = HeapBytes + 256L * 1024 * 1024;

    private const int Rounds = 20;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(15);

    private static readonly string[] Refusals =
    [
        "400 Invalid input", "404 Key not found", "409 Replay in progress", "413 Result too large",
        "429 Too many requests", "429 Too many watches (max 500)", "503 Too many large answers",
        "503 Store unavailable", "507 Quota exceeded", "507 Too much waits for the webhook",
    ];

    [TestCase(Engine.Etcd)]
    [TestCase(Engine.Embedded)]
    [CancelAfter(180_000)]
    public async Task A_neighbour_is_answered_and_the_memory_is_bounded(Engine engine)
    {
        await using var running = await Running.Start(engine, writes: 5_000, storeTimeout: 30);
        // Ordinary callers compile code and fill pools first, so that neither counts as an effect of an attack.
        await Neighbour.Run(running.Target, Attacks.Crowd, HasHadEnough(Attacks.Crowd));
        await Neighbour.Run(running.Target, null, HasHadEnough(null));
        var before = running.Kv.Memory();

        foreach (var attack in Attacks.All)
        {
            var outcome = await Neighbour.Run(running.Target, attack, HasHadEnough(attack));
            Judge(attack, outcome, running.Kv);
            Assert.That(outcome.MissedCount, Is.Zero, $"{attack.Name}: {outcome}");
        }
        if (running.Kv.PeakMemory() is not { } peak)
            return;
        Assert.That(peak, Is.LessThan(MaxMemory));
        await Eventually.Holds(
            () => running.Kv.Memory() < 1.5 * before,
            $"it has the memory that it had before ({before} bytes), or half more",
            TimeSpan.FromSeconds(75));
    }

    [TestCase(Engine.Etcd)]
    [TestCase(Engine.Embedded)]
    [CancelAfter(1_800_000)]
    [Explicit("It takes minutes, and both processors: scripts/abuse.sh runs it.")]
    public async Task How_long_a_neighbour_waits(Engine engine)
    {
        var seconds = Environment.GetEnvironmentVariable("KV_ABUSE_SECONDS");
        var duration = TimeSpan.FromSeconds(int.Parse(seconds ?? "30", CultureInfo.InvariantCulture));
        await using var running = await Running.Start(engine, writes: 30_000, storeTimeout: 3);
        await Neighbour.Run(running.Target, Attacks.Crowd, Lasts(duration));
        await Neighbour.Run(running.Target, null, Lasts(Settling));
        var quiet = await Neighbour.Run(running.Target, null, Lasts(duration));
        var before = running.Kv.Memory();
        var table = new AbuseTable(engine, quiet);
        table.Add("none", quiet, before);
        table.Add(Attacks.Crowd.Name, await Neighbour.Run(running.Target, Attacks.Crowd, Lasts(duration)));

        var named = (Environment.GetEnvironmentVariable("KV_ABUSE_ATTACKS") ?? "").Split(',');
        foreach (var attack in Attacks.All.Where(attack => named.Any(attack.Name.Contains)))
        {
            var outcome = await Neighbour.Run(running.Target, attack, Lasts(duration));
            await Neighbour.Run(running.Target, null, Lasts(Settling));
            table.Add(attack.Name, outcome, before, running.Kv.Memory());
            Judge(attack, outcome, running.Kv);
        }
        table.Write();
        Assert.That(table.Missed, Is.Empty, $"The neighbour's p99 is more than {AbuseTable.Goal} times the quiet one.");
    }

    private static Func<Outcome, TimeSpan, bool> Lasts(TimeSpan duration) => (_, elapsed) => elapsed >= duration;

    // The neighbour was served while the attack was refused.
    private static Func<Outcome, TimeSpan, bool> HasHadEnough(Attack? attack) => (outcome, _) =>
        outcome.MissedCount > 0
        || (outcome.Reads.Count >= Rounds && outcome.Writes.Count >= Rounds
            && (attack is null
                || (attack.Refusal is { } refusal ? outcome.Answers.ContainsKey(refusal) : !outcome.Answers.IsEmpty)));

    private static void Judge(Attack attack, Outcome outcome, KvProcess kv)
    {
        Assert.That(kv.HasExited, Is.False, () => $"{attack.Name}: Kv ended.\n{kv.Output}\n{kv.Error}");
        Assert.That(
            outcome.Answers.Keys.Where(answer => answer is not ("" or "200" or "202")), Is.SubsetOf(Refusals),
            $"{attack.Name}: {outcome}");
    }

    /// <summary>A Kv that is attacked, with its store.</summary>
    private sealed class Running : IAsyncDisposable
    {
        private readonly TemporaryDirectory _data = new();
        private EtcdServer? _etcd;

        public KvProcess Kv { get; private set; } = null!;

        public AbuseTarget Target { get; private set; } = null!;

        public static async Task<Running> Start(Engine engine, int writes, int storeTimeout)
        {
            if (engine == Engine.Etcd)
                RequiresEtcd.Check();
            var running = new Running();
            try
            {
                var http2 = FreePort.Next();
                if (engine == Engine.Etcd)
                    running._etcd = await EtcdServer.StartAsync();
                (string, string)[] store = running._etcd is { } etcd
                    ? [("STORE", "etcd"), ("ETCD_ENDPOINTS", etcd.Endpoint)]
                    : [("STORE", "embedded"), ("DATA_DIR", running._data.Path)];
                running.Kv = KvProcess.Start([.. store, .. Settings(http2, storeTimeout)]);
                running.Target = await AbuseTarget.Prepare(running.Kv, http2, writes);
                return running;
            }
            catch
            {
                await running.DisposeAsync();
                throw;
            }
        }

        public async ValueTask DisposeAsync()
        {
            Target?.Dispose();
            if (Kv is not null)
                await Kv.DisposeAsync();
            if (_etcd is not null)
                await _etcd.DisposeAsync();
            _data.Dispose();
        }

        private static (string, string)[] Settings(int http2, int storeTimeout) =>
        [
            ("DOTNET_GCHeapHardLimit", $"0x{HeapBytes:x}"), ("DOTNET_PROCESSOR_COUNT", "2"),
            ("STORE_TIMEOUT_SECONDS", $"{storeTimeout}"),
            ("HTTP2_CLEARTEXT", "true"), ("HTTP2_PORT", $"{http2}"), ("TRUSTED_PROXIES", "127.0.0.1"),
            ("RATE_LIMIT_PER_ADDRESS", "2000"), ("RATE_LIMIT_PER_SECOND", "2000"), ("QUOTA_BYTES", "200000000"),
            ("WEBHOOK_RETRY_SCHEDULE", "1h"), ("MAX_WEBHOOKS_ALLOWED", "5"),
        ];
    }
}
