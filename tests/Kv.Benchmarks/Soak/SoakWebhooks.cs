using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Kv.Benchmarks.Soak;

/// <summary>
/// Webhooks that come and go, each for a twentieth of the keys, and their receiver, which refuses one call in twenty:
/// so deliveries are stored, tried again and removed all the time.
/// </summary>
internal sealed class SoakWebhooks : IAsyncDisposable
{
    private const int Webhooks = 6;
    private const int RefusedOneIn = 20;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    private readonly SoakReplicas _replicas;
    private readonly SoakTotals _totals;
    private readonly WebApplication _receiver;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false })
    {
        Timeout = TimeSpan.FromSeconds(30),
    };

    private SoakWebhooks(SoakReplicas replicas, SoakTotals totals, WebApplication receiver) =>
        (_replicas, _totals, _receiver) = (replicas, totals, receiver);

    public static async Task<SoakWebhooks> Start(SoakReplicas replicas, SoakTotals totals)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(server => server.Listen(IPAddress.Loopback, 0));
        var receiver = builder.Build();
        receiver.Run(context =>
        {
            totals.Call();
            context.Response.StatusCode = Random.Shared.Next(RefusedOneIn) == 0
                ? StatusCodes.Status500InternalServerError
                : StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
        await receiver.StartAsync();
        return new SoakWebhooks(replicas, totals, receiver);
    }

    /// <summary>Registers a webhook every few seconds, and deletes the oldest.</summary>
    public async Task Run(CancellationToken over)
    {
        var registered = new Queue<string>();
        for (var number = 0; ; number++)
        {
            try
            {
                registered.Enqueue(await Register(SoakLoad.Key(100 * number)[..7], over));
                if (registered.Count > Webhooks)
                    await Delete(registered.Dequeue(), over);
            }
            catch (Exception e) when (!over.IsCancellationRequested)
            {
                _totals.Failed($"webhook: {e.Message}");
            }
            await Task.Delay(Pause, over);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _receiver.DisposeAsync();
    }

    private async Task<string> Register(string prefix, CancellationToken over)
    {
        using var answer = await _http.PostAsJsonAsync(
            new Uri(_replicas.Next(), "/webhooks"),
            new { key = $"{prefix}*", @event = "*", endpoint = _receiver.Urls.Single(), add_event_data = true }, over);
        answer.EnsureSuccessStatusCode();
        _totals.Webhook();
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(over);
        return body.GetProperty("id").GetString()!;
    }

    private async Task Delete(string webhook, CancellationToken over)
    {
        using var answer = await _http.DeleteAsync(new Uri(_replicas.Next(), $"/webhooks/{webhook}"), over);
        answer.EnsureSuccessStatusCode();
    }
}
