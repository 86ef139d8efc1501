using System.Text.Json;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Clients;

/// <summary>
/// Registers webhooks, each with a path of its own at the receiver. Some exist for the whole run; others come and go.
/// Now and then it changes one, starts a replay for it, and lists its waiting deliveries.
/// </summary>
internal sealed class WebhookClient(string name, World world, Random random, string tenant, Uri receiver)
    : Client(name, world, random, tenant)
{
    private const int MostTransient = 4;
    private const int MostTries = 10;

    private static readonly (string Pattern, object Events, bool ChangedOnly)[] Standing =
    [
        ("*", "*", false),
        ($"{KeyNames.RegisterPrefix}*", new[] { "create", "update", "delete" }, true),
        (KeyNames.Registers[0], "*", false),
        ($"{KeyNames.ExpiringPrefix}*", "expire", false),
    ];

    private readonly List<string> _transient = [];
    private int _registered;

    /// <summary>Registers the webhooks that exist for the whole run. A busy machine may need several tries.</summary>
    public async Task RegisterStanding()
    {
        foreach (var (pattern, events, changedOnly) in Standing)
        {
            var tries = 1;
            while (await Register(pattern, events, changedOnly) is null)
                if (++tries > MostTries)
                    throw new InvalidOperationException($"The webhook for {pattern} could not be registered.");
        }
    }

    protected override async Task Step()
    {
        switch (Random.Next(12))
        {
            case 0 when _transient.Count < MostTransient:
                if (
                    await Register(
                        Pick([$"{KeyNames.PairPrefix}*", .. KeyNames.Registers]), "*", changedOnly: false) is { } id)
                    _transient.Add(id);
                break;
            case 1 when _transient.Count > 0:
                var removed = Pick(_transient);
                if (
                    await Send(
                        Requests.Other(HttpMethod.Delete, $"/webhooks/{removed}")) is { Outcome: CallOutcome.Ok })
                    _transient.Remove(removed);
                break;
            case 2 when _transient.Count > 0:
                await Send(Requests.Other(HttpMethod.Post, $"/webhooks/{Pick(_transient)}/replay", new { since = 1 }));
                break;
            case 3 when _transient.Count > 0:
                await Redeliver(Pick(_transient));
                break;
            case 4 when _transient.Count > 0:
                await Send(Requests.Other(HttpMethod.Post, $"/webhooks/{Pick(_transient)}/ping"));
                break;
            case 5 when _transient.Count > 0:
                await Send(Requests.Other(HttpMethod.Get, $"/webhooks/{Pick(_transient)}"));
                break;
            case 6 when _transient.Count > 0:
                await Send(
                    Requests.Other(
                        HttpMethod.Put, $"/webhooks/{Pick(_transient)}", new { timeout_seconds = Random.Next(1, 3) }));
                break;
            case 7 when _transient.Count > 0:
                await Send(Requests.Other(HttpMethod.Post, $"/webhooks/{Pick(_transient)}/rotate-secret"));
                break;
            default:
                await Send(Requests.Other(HttpMethod.Get, "/webhooks/*"));
                break;
        }
    }

    private async Task Redeliver(string webhook)
    {
        var (call, body) = await SendAndRead(
            Requests.Other(HttpMethod.Get, $"/webhooks/{webhook}/deliveries?status=pending"));
        if (call.Answer is not { Status: 200 })
            return;
        using var page = JsonDocument.Parse(body);
        var pending = page.RootElement.GetProperty("items").EnumerateArray()
            .Select(one => one.GetProperty("id").GetString()!).ToList();
        if (pending.Count == 0)
            return;
        var delivery = Pick(pending);
        await Send(Requests.Other(HttpMethod.Get, $"/deliveries/{delivery}"));
        await Send(Requests.Other(HttpMethod.Post, $"/deliveries/{delivery}/redeliver"));
    }

    private async Task<string?> Register(string pattern, object events, bool changedOnly)
    {
        var endpoint = new Uri(receiver, $"/{Tenant}/{++_registered}");
        var (call, body) = await SendAndRead(Requests.Other(
            HttpMethod.Post, "/webhooks",
            new { key = pattern, @event = events, endpoint, add_event_data = true, changed_only = changedOnly }));
        if (call.Answer is not { Status: 201 })
            return null;
        using var json = JsonDocument.Parse(body);
        return json.RootElement.GetProperty("id").GetString();
    }
}
