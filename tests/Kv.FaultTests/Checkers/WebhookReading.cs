using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>Reads the calls of one webhook beside the store's history.</summary>
internal sealed class WebhookReading
{
    private readonly Evidence _evidence;
    private readonly WebhookRegistration _webhook;
    private readonly IReadOnlyList<LostRevisions> _lost;
    private readonly ILookup<KeyName, KeyVersion> _changes;
    private readonly Dictionary<KeyVersion, List<WebhookArrival>> _seen = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, KeyVersion> _ids = [];
    private readonly Dictionary<KeyName, KeyVersion> _latest = [];

    public WebhookReading(Evidence evidence, WebhookRegistration webhook, IReadOnlyList<LostRevisions> lost)
    {
        (_evidence, _webhook, _lost) = (evidence, webhook, lost);
        _changes = evidence.Store.InOrder.Where(IsInReach).ToLookup(change => change.Name);
    }

    /// <summary>Its violations.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Takes the next call.</summary>
    public void Read(WebhookArrival arrival)
    {
        var text = Text(arrival);
        var name = new KeyName(arrival.Tenant, arrival.Key);
        var candidates = _changes[name].Where(change => IsAskedFor(change) != false && Tells(arrival, change)).ToList();
        var revision = MessageIds.Revision(arrival.MessageId);
        if (
            (candidates.Find(change => change.Revision == revision)
                ?? (revision is null || candidates.Count == 1 ? candidates.FirstOrDefault() : null))
            is not { } change)
        {
            var real = _changes[name].FirstOrDefault(change => change.Revision == revision);
            Faults.Add(real is null || IsAskedFor(real) == false
                ? $"delivered a change that did not happen, or that it does not ask for: {text}"
                : $"delivered {real} (before: {real.Before?.ToString() ?? "none"}) with other fields: {text}");
            return;
        }
        if (revision is not null && revision != change.Revision)
            Faults.Add($"delivered {change} under the id of another revision: {text}");
        if (_ids.TryGetValue(arrival.MessageId, out var other) && other != change)
            Faults.Add($"one id for two changes, {other} and {change}: {text}");
        _ids[arrival.MessageId] = change;
        if (!_seen.TryGetValue(change, out var before))
            _seen[change] = before = [];
        if (before.Count == 0)
            CheckOrder(change, text);
        else if (before[0].MessageId != arrival.MessageId)
            Faults.Add($"two ids for one change, {change}: {Text(before[0])} and {text}");
        before.Add(arrival);
    }

    /// <summary>There are no more calls.</summary>
    public void End()
    {
        // The waiting deliveries of a webhook are removed with it.
        if (_evidence.Run.SettledRevision is not { } settled || _webhook.RemovedAt is not null)
            return;
        var missing = _changes.SelectMany(changes => changes)
            .Where(
                change => change.Revision <= settled && IsDue(change) && !_seen.ContainsKey(change)
                    && !MayBeLost(change))
            .OrderBy(change => change.Revision).ToList();
        if (missing.Count > 0)
            Faults.Add(
                $"{missing.Count} changes were never delivered: {CallText.Some(missing, change => change.ToString())}");
    }

    // The first call for a change comes behind the first call for each change before it, and behind one that was
    // accepted.
    private void CheckOrder(KeyVersion change, string text)
    {
        if (!IsDue(change))
            return;
        if (_latest.TryGetValue(change.Name, out var latest) && latest.Revision > change.Revision)
            Faults.Add(
                $"first delivered {change} after {latest}, first delivered by {Text(_seen[latest][0])}: {text}");
        else
            _latest[change.Name] = change;
        var previous = _changes[change.Name].LastOrDefault(other =>
            other.Revision < change.Revision && IsDue(other) && !MayBeLost(other));
        if (previous is null)
            return;
        if (!_seen.TryGetValue(previous, out var calls))
            Faults.Add($"delivered {change} before {previous}: {text}");
        else if (!calls.Exists(call => call.Status is >= 200 and < 300))
            Faults.Add(
                $"delivered {change} before {previous} was accepted; last delivered by {Text(calls[^1])}: {text}");
    }

    // A webhook must receive it, in order. Changes before its registration come only by a replay, in any order.
    private bool IsDue(KeyVersion change) => change.Revision > _webhook.RegisteredAt && IsAskedFor(change) == true;

    private bool IsInReach(KeyVersion change) =>
        change.Name.Tenant == _webhook.Tenant && !(change.Revision > _webhook.RemovedAt)
        && (_webhook.Pattern is [.. var prefix, '*']
            ? change.Name.Key.StartsWith(prefix, StringComparison.Ordinal)
            : change.Name.Key == _webhook.Pattern);

    // Null where its delivery is optional, because the store does not distinguish the cases.
    private bool? IsAskedFor(KeyVersion change)
    {
        if (change.Revision == _webhook.RemovedAt)
            return null;
        // A recovered change is sent as created or updated, whatever it was, and as if its value had changed.
        if (!change.IsRemoved && IsLost(change))
            return _webhook.Events.Contains("*") && !_webhook.IsChangedOnly ? true : null;
        if (_webhook.IsChangedOnly && change.Before?.Value == change.Value)
            return false;
        if (_webhook.Events.Contains("*") || _webhook.Events.Contains(change.Event))
            return true;
        if (!change.IsRemoved || !_webhook.Events.Contains("expire") || !Evidence.MayBeExpired(change))
            return false;
        return _evidence.MayBeDeleted(change) ? null : true;
    }

    private bool Tells(WebhookArrival arrival, KeyVersion change)
    {
        if (arrival.Value != change.Value || arrival.ExpireAt != change.ExpireAt)
            return false;
        if (!change.IsRemoved)
            // A change that is recovered after a compaction is sent as the present state of the key.
            return arrival.Event == change.Event || (IsLost(change) && arrival.Event is "create" or "update");
        return arrival.Event switch
        {
            "delete" => _webhook.Events.Contains("delete") || _webhook.Events.Contains("*"),
            "expire" => Evidence.MayBeExpired(change),
            _ => false,
        };
    }

    // The store had compacted it.
    private bool IsLost(KeyVersion change) =>
        _lost.Any(lost => change.Revision > lost.After && change.Revision <= lost.Through);

    // Of compacted changes, the last state of each key is sent, unless it is removed or has expired when it is read.
    private bool MayBeLost(KeyVersion change) => _lost.Any(lost =>
        change.Revision > lost.After && change.Revision <= lost.Through
        && (change.IsRemoved || _evidence.Store.At(change.Name, lost.Through) != change
            || _evidence.Clock.MayBeGone(change.ExpireAt, lost.At + _evidence.Run.CallBound)));

    private static string Text(WebhookArrival arrival) =>
        $"{arrival.Event} '{arrival.Key}' = {arrival.Value} as {arrival.MessageId} at {CallText.Time(arrival.At)}, " +
        $"answered {arrival.Status?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "not at all"}";
}
