using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>
/// A webhook receives every change that it asks for, from its registration on: at least once, under one id per
/// change, with what the store has, each key's changes in their order and each only when the one before was accepted.
/// Nothing is invented, and nothing waits when its receiver has been well for a while.
/// </summary>
internal sealed class WebhookChecker : IChecker
{
    public IEnumerable<string> Check(Evidence evidence)
    {
        var arrivals = evidence.All<WebhookArrival>().OrderBy(arrival => arrival.At)
            .ToLookup(arrival => arrival.Webhook);
        var left = evidence.All<DeliveryLeft>().ToLookup(delivery => delivery.Webhook);
        var lost = evidence.All<LogLine>().Select(LostRevisions.Of).OfType<LostRevisions>().Distinct().ToList();
        foreach (var webhook in evidence.All<WebhookRegistration>())
        {
            var seen = new WebhookReading(evidence, webhook, lost);
            foreach (var arrival in arrivals[webhook.Id])
                seen.Read(arrival);
            seen.End();
            foreach (var fault in seen.Faults)
                yield return $"{fault}; webhook {webhook.Id} for {webhook.Pattern} "
                    + $"({string.Join(", ", webhook.Events)})";
            foreach (var delivery in left[webhook.Id])
                yield return $"left {delivery.Status} with {delivery.Attempts} attempts when all was well: "
                    + $"{delivery.Id} of '{delivery.Key}' at " +
                    $"revision {delivery.Revision}; webhook {webhook.Id} for {webhook.Pattern}";
        }
    }
}
