using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Telemetry;

/// <summary>The log of the real program about the lead, with a single replica.</summary>
internal sealed class LeadLogTests
{
    private const string Leads = "This replica leads";
    private const string HasLost = "This replica has lost the lead";
    private const string GivesBack = "This replica has given the lead back";

    // Kv checks the lock about every three seconds.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Test]
    public async Task A_lost_lock_and_a_released_lock_have_different_log_lines()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var kv = KvProcess.Start(
            ("STORE", "etcd"), ("ETCD_ENDPOINTS", etcd.Endpoint), ("LOG_FORMAT", "json"));
        await Says(kv, Leads, times: 1);

        await EtcdKeys.Delete(etcd, (await EtcdKeys.Keys(etcd, "/kvstore/locks/watcher/")).Single());
        await Says(kv, HasLost, times: 1);
        await Says(kv, Leads, times: 2);
        Assert.That(Of(kv, GivesBack), Is.Empty);
        Assert.That(await kv.Terminate(), Is.Zero, kv.Error);

        Assert.That(Of(kv, GivesBack), Has.Length.EqualTo(1));
        var alarming = LogLine.Of(kv).Where(line => line.IsAlarming).ToList();
        Assert.That(alarming, Has.Count.EqualTo(1));
        Assert.That(alarming[0].Level, Is.EqualTo("Warning"));
        Assert.That(alarming[0].Message, Does.StartWith(HasLost).And.Not.Contain("another"));
    }

    private static LogLine[] Of(KvProcess kv, string beginning) =>
        [.. LogLine.Of(kv).Where(line => line.Message.StartsWith(beginning, StringComparison.Ordinal))];

    private static Task Says(KvProcess kv, string beginning, int times) =>
        Eventually.Holds(() => Of(kv, beginning).Length == times, $"it says {times} times: {beginning}", Patience);
}
