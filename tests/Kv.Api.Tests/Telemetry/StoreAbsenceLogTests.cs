using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Telemetry;

/// <summary>What the real program logs when its store is away, and when the store comes back.</summary>
internal sealed class StoreAbsenceLogTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Test]
    public async Task An_etcd_that_is_absent_from_the_start_is_told_with_its_endpoint_and_cause_and_so_is_its_coming()
    {
        await using var etcd = await EtcdServer.StartAsync();
        etcd.Kill();
        await using var kv = Start(etcd.Endpoint);

        await Says(kv, $"The store is away (etcd at http://{etcd.Endpoint}): etcd could not read (Unavailable: ");
        await etcd.Restart();
        await Says(kv, "The store is back after ");

        Assert.That(
            Alarming(kv),
            Has.Length.EqualTo(1).And.All.Matches<LogLine>(
                line => line is { Level: "Warning" }
                    && line.Message.Contains("Connection refused", StringComparison.Ordinal)));
    }

    [Test]
    public async Task An_etcd_that_goes_and_comes_back_is_told_once_each_time_whatever_asks_it([Values] bool isKilled)
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
        await Says(kv, $"The store is away (etcd at http://{etcd.Endpoint}): ");
        if (isKilled)
            await etcd.Restart();
        else
            etcd.Resume();
        await Says(kv, "The store is back after ");
        await Eventually.Holds(async () => (await client.Put("k", "after")).Status == 200, "it serves again");

        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(503));
        await Eventually.Holds(
            () => Array.TrueForAll(answers, answer => HasLine(kv, answer)), "each answer's trace is in the log");
        Assert.That(Alarming(kv), Has.Length.EqualTo(1).And.All.Matches<LogLine>(
            line => line!.Message.StartsWith("The store is away", StringComparison.Ordinal)));
    }

    private static KvProcess Start(string endpoints, params (string, string)[] settings) =>
        KvProcess.Start([("STORE", "etcd"), ("ETCD_ENDPOINTS", endpoints), ("LOG_FORMAT", "json"), .. settings]);

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
