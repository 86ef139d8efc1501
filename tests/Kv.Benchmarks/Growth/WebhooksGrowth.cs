using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using Kv.WebhookBench;

namespace Kv.Benchmarks.Growth;

/// <summary>The cost of more webhooks in the registry, one of which matches the writes.</summary>
internal static class WebhooksGrowth
{
    // Registering is exact within a tenant, so the webhooks of one are counted for each.
    private const int OfTenant = 100;
    private const int Concurrent = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static async Task Measure(string directory, string engine)
    {
        await using var receiver = await Receiver.Start();
        await using var bench = await Bench.Open(directory, engine);
        await using var kv = await bench.Start(("MAX_WEBHOOKS_ALLOWED", "10000"));
        var arrivals = new ConcurrentDictionary<long, TaskCompletionSource>();
        receiver.Arrived = (number, _) => arrivals.GetOrAdd(number, _ => Waiting()).TrySetResult();
        var table = new Table("webhooks", "PUT ms", "from write to call ms", "Kv MiB");
        var registered = 0;
        var event_ = 0L;
        foreach (var webhooks in (int[])[1, 10, 100, 1_000, 10_000])
        {
            await Parallel.ForEachAsync(
                Enumerable.Range(registered, webhooks - registered).GroupBy(number => number / OfTenant),
                new ParallelOptions { MaxDegreeOfParallelism = Concurrent },
                async (tenant, _) =>
                {
                    foreach (var number in tenant)
                        await Register(kv.Http, receiver.Uri, tenant.Key, number == 0 ? "watched" : $"other{number}");
                });
            registered = webhooks;
            if (webhooks == 1)
                await Calls.BurnIn(_ => Tell());
            var delivery = await Calls.Median(_ => Tell());
            var put = await Calls.Median(number => kv.Http.Put($"unwatched{number % 100}", "v"));
            table.Row(webhooks, put, delivery, Table.MiB(kv.Memory));
        }
        table.Print($"Webhooks, {engine}: {OfTenant} for each tenant, one of which is called");

        async Task Tell()
        {
            var number = ++event_;
            var arrived = arrivals.GetOrAdd(number, _ => Waiting());
            await kv.Http.Put("watched", number.ToString(CultureInfo.InvariantCulture));
            await arrived.Task.WaitAsync(Patience);
            arrivals.TryRemove(number, out _);
        }
    }

    private static TaskCompletionSource Waiting() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static async Task Register(HttpClient http, Uri endpoint, int tenant, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks")
        {
            Content = JsonContent.Create(new { key, @event = "*", endpoint, add_event_data = true }),
        };
        if (tenant > 0)
            request.Headers.Add("KV-App-Name", $"app{tenant}");
        using var answer = await http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }
}
