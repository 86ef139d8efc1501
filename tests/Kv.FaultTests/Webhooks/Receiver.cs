using System.Collections.Concurrent;
using System.Text.Json;
using Kv.FaultTests.History;
using Kv.FaultTests.Running;
using Kv.Testing;

namespace Kv.FaultTests.Webhooks;

/// <summary>Receives the calls of webhooks, and fails in all ways until <see cref="BecomeWell"/>.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebhookReceiver _server = WebhookReceiver.Start();
    private readonly ConcurrentQueue<(string Path, WebhookArrival Arrival)> _arrivals = new();
    private readonly Recorder _recorder;
    private readonly Moods _moods;
    private volatile bool _isWell;

    public Receiver(int seed, Recorder recorder)
    {
        _recorder = recorder;
        _moods = new Moods(seed);
        _server.Answer = Take;
    }

    public Uri Uri => _server.Uri;

    /// <summary>From now on it accepts every call.</summary>
    public void BecomeWell() => _isWell = true;

    /// <summary>Adds the received calls to the history. The paths of the webhooks are known after the run.</summary>
    public void Record(IReadOnlyDictionary<string, string> webhooksByPath)
    {
        foreach (var (path, arrival) in _arrivals)
            _recorder.Add(arrival with { Webhook = webhooksByPath.GetValueOrDefault(path, path) });
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private ReceiverAnswer Take(ReceivedRequest request)
    {
        var at = _recorder.Now;
        using var json = JsonDocument.Parse(request.Body);
        var seen = json.RootElement.GetProperty("event");
        var name = seen.GetProperty("event").GetString()!;
        // A ping has no change.
        if (name == "ping")
            return ReceiverAnswer.Ok;
        var key = seen.GetProperty("key").GetString()!;
        var (answer, status) = _isWell ? (ReceiverAnswer.Ok, 200) : _moods.At(at, request.Target, key);
        _arrivals.Enqueue((request.Target, new WebhookArrival
        {
            Webhook = "",
            At = at,
            MessageId = request.MessageId ?? "",
            Event = name,
            Tenant = $"{seen.GetProperty("namespace").GetString()}/{seen.GetProperty("appName").GetString()}",
            Key = key,
            Value = seen.GetProperty("value").GetString(),
            ExpireAt = seen.TryGetProperty("expire_at", out var second) && second.ValueKind == JsonValueKind.Number
                ? second.GetInt64()
                : null,
            Status = status,
        }));
        return answer;
    }
}
