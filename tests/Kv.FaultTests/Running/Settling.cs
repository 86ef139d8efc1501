using System.Diagnostics;
using System.Text.Json;
using Kv.FaultTests.Checkers;
using Kv.FaultTests.Clients;
using Kv.FaultTests.Deployments;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Running;

/// <summary>
/// Waits until a healed Kv has caught up: its watches have delivered everything, and no delivery waits. Then it records
/// the audit and the usage that Kv reports.
/// </summary>
internal sealed class Settling(Deployment deployment, Crowd crowd, Recorder recorder, TimeSpan patience) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly Dictionary<string, Caller> _callers =
        KeyNames.Tenants.ToDictionary(tenant => tenant, tenant => new Caller("end", tenant, recorder));

    // Asks again and again, which would only make the history longer.
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false })
    {
        Timeout = KvSettings.CallBound,
    };

    /// <summary>Waits, and records.</summary>
    /// <returns>The conditions that did not hold in time.</returns>
    public async Task<IReadOnlyList<Violation>> Settle()
    {
        var start = Stopwatch.GetTimestamp();
        if (await WriteEnd(start) is not { } end)
            return [new Violation("settling", $"No write was confirmed within {patience} after all was well.")];
        recorder.History.Run = recorder.History.Run with { SettledRevision = end };

        string? missing;
        do
        {
            await Task.Delay(Pause);
            missing = await Missing(end);
        }
        while (missing is not null && Stopwatch.GetElapsedTime(start) < patience);

        await TakeDownDeliveries();
        foreach (var caller in _callers.Values)
            await TakeDownAudit(caller);
        return missing is null ? [] : [new Violation("settling", $"Within {patience} after all was well, {missing}")];
    }

    public void Dispose()
    {
        _http.Dispose();
        foreach (var caller in _callers.Values)
            caller.Dispose();
    }

    // The last write of each tenant: a watch or webhook that has delivered it has delivered everything.
    private async Task<long?> WriteEnd(long start)
    {
        var end = 0L;
        foreach (var caller in _callers.Values)
            for (var attempt = 0; ; attempt++)
            {
                var call = await caller.Send(Any(attempt), Requests.Put(KeyNames.End, $"end.{attempt}"));
                if (call.Answer is { Status: 200, Revision: { } revision })
                {
                    end = Math.Max(end, revision);
                    break;
                }
                if (Stopwatch.GetElapsedTime(start) > patience)
                    return null;
                await Task.Delay(Pause);
            }
        return end;
    }

    private async Task<string?> Missing(long end)
    {
        if (crowd.WatchedThrough < end)
            return $"a watch has delivered no more than revision {crowd.WatchedThrough} of {end}.";
        var seen = await Task.WhenAll(deployment.Replicas.Select(replica => replica.Readiness()));
        if (seen.FirstOrDefault(one => one is { IsLeading: true }) is not { } leader)
            return "no replica calls webhooks.";
        if (leader.SettledRevision < end)
            return $"webhooks are settled through no more than revision {leader.SettledRevision} of {end}.";
        if (leader.Waiting > 0)
            return $"{leader.Waiting} deliveries wait in memory.";
        foreach (var caller in _callers.Values)
            if ((await Deliveries(caller, "pending")).Count is var pending and > 0)
                return $"{pending} deliveries of {caller.Tenant} are pending.";
        return null;
    }

    private async Task TakeDownDeliveries()
    {
        foreach (var caller in _callers.Values)
            foreach (var status in (string[])["pending", "failed"])
                foreach (var left in await Deliveries(caller, status))
                    recorder.Add(left);
    }

    private async Task<List<DeliveryLeft>> Deliveries(Caller caller, string status)
    {
        var found = new List<DeliveryLeft>();
        using var webhooks = await Read(caller, "/webhooks/*");
        foreach (var webhook
            in webhooks?.RootElement.EnumerateArray().Select(one => one.GetProperty("id").GetString()!) ?? [])
        {
            using var page = await Read(caller, $"/webhooks/{webhook}/deliveries?status={status}&limit=100");
            found.AddRange(page?.RootElement.GetProperty("items").EnumerateArray().Select(item => new DeliveryLeft(
                webhook, item.GetProperty("id").GetString()!, status, item.GetProperty("key").GetString()!,
                item.GetProperty("revision").GetInt64(), item.GetProperty("attempts").GetArrayLength())) ?? []);
        }
        return found;
    }

    private async Task TakeDownAudit(Caller caller)
    {
        if (!recorder.History.Run.IsAudited)
            return;
        var parts = caller.Tenant.Split('/');
        string? cursor = null;
        do
        {
            var next = cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}";
            using var page = await Read(caller, $"/admin/audit?namespace={parts[0]}&app={parts[1]}&limit=1000{next}");
            if (page is null)
                return;
            foreach (var item in page.RootElement.GetProperty("items").EnumerateArray())
                recorder.Add(new AuditReading(
                    caller.Tenant, item.GetProperty("revision").GetInt64(),
                    [.. item.GetProperty("changes").EnumerateArray().Select(change =>
                        new AuditedKey(
                            change.GetProperty("operation").GetString()!,
                            change.GetProperty("target").GetString()!))]));
            cursor = page.RootElement.TryGetProperty("cursor", out var more) ? more.GetString() : null;
        }
        while (cursor is not null);
    }

    private async Task<JsonDocument?> Read(Caller caller, string path)
    {
        for (var attempt = 0; attempt < 10; attempt++)
        {
            try
            {
                using var request = Requests.Other(HttpMethod.Get, path).ToHttp(Any(attempt).Address, caller.Tenant);
                using var answer = await _http.SendAsync(request);
                if (answer.IsSuccessStatusCode)
                    return JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // Another replica may answer.
            }
            await Task.Delay(Pause);
        }
        return null;
    }

    private Replica Any(int number) => deployment.Replicas[number % deployment.Replicas.Count];
}
