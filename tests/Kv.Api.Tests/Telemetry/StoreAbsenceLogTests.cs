using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Telemetry;

/// <summary>The log of the real program when its store is away and when it comes back.</summary>
internal sealed class StoreAbsenceLogTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Test]
    public async Task An_etcd_missing_at_the_start_is_logged_with_endpoint_and_cause_and_so_is_its_arrival()
    {
        await using var etcd = await EtcdServer.StartAsync();
        etcd.Kill();
        await using var kv = Start(etcd.Endpoint);

        await Says(
            kv, $"The store is unavailable (etcd at http://{etcd.Endpoint}): etcd could not read (Unavailable: ");
        await etcd.Restart();
        await Says(kv, "The store is available again after ");

        Assert.That(
            Alarming(kv),
            Has.Length.EqualTo(1).And.All.Matches<LogLine>(
                line => line is { Level: "Warning" }
                    && line.Message.Contains("Connection refused", StringComparison.Ordinal)));
    }

    [Test]
    public async Task An_outage_of_etcd_and_its_end_are_logged_once_each([Values] bool isKilled)
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var receiver = WebhookReceiver.Start();
        await using var kv = Start(
            etcd.Endpoint, ("QUOTA_KEYS", "1000000"), ("NEAR_CACHE_BYTES", "1000000"), ("AUDIT", "store"));
        var client = await kv.Client();
        await Eventually.Holds(async () => (await client.Put("k", "v")).Status == 200, "it serves");
        var webhook = await client.Send(
            HttpMethod.Post, "/webhooks", $$"""{"key":"*","event":"update","endpoint":"{{receiver.Uri}}"}""");
        Assert.That(webhook.Status, Is.EqualTo(201), webhook.ToString());
        await using var watch = await EventReader.Open(await kv.Http(), client);

        if (isKilled)
            etcd.Kill();
        else
            etcd.Pause();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => client.Put($"k{number}", "v")));
        await Says(kv, $"The store is unavailable (etcd at http://{etcd.Endpoint}): ");
        if (isKilled)
            await etcd.Restart();
        else
            etcd.Resume();
        await Says(kv, "The store is available again after ");
        await Eventually.Holds(async () => (await client.Put("k", "after")).Status == 200, "it serves again");

        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(503));
        await Eventually.Holds(
            () => Array.TrueForAll(answers, answer => HasLine(kv, answer)), "each answer's trace is in the log");
        Assert.That(Alarming(kv), Has.Length.EqualTo(1).And.All.Matches<LogLine>(
            line => line!.Message.StartsWith("The store is unavailable", StringComparison.Ordinal)));
    }

    // The outages are shorter than the time after which a leader loses its lock.
    private static KvProcess Start(string endpoints, params (string, string)[] settings) => KvProcess.Start(
    [
        ("STORE", "etcd"), ("ETCD_ENDPOINTS", endpoints), ("LOG_FORMAT", "json"), ("STORE_TIMEOUT_SECONDS", "1"),
        .. settings,
    ]);

    private static LogLine[] Alarming(KvProcess kv) => [.. LogLine.Of(kv).Where(line => line.IsAlarming)];

    private static bool HasLine(KvProcess kv, Answer answer)
    {
        var trace = answer.Json.GetProperty("traceId").GetString()!;
        return LogLine.Of(kv).Count(line => line.Message.Contains(trace, StringComparison.Ordinal)) == 1;
    }

    private static Task Says(KvProcess kv, string beginning) => Eventually.Holds(
        () => Array.Exists(LogLine.Of(kv), line => line.Message.StartsWith(beginning, StringComparison.Ordinal)),
        $"it says: {beginning}", Patience);
}
