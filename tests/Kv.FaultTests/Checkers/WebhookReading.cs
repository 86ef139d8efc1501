using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>Reads the calls of one webhook beside the store's history.</summary>
internal sealed class WebhookReading
{
    private readonly Evidence _evidence;
    private readonly WebhookRegistration _webhook;
    private readonly IReadOnlyList<LostRevisions> _lost;
    private readonly ILookup<KeyName, KeyVersion> _changes;
    private readonly Dictionary<KeyVersion, List<WebhookArrival>> _told = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, KeyVersion> _ids = [];
    private readonly Dictionary<KeyName, KeyVersion> _latest = [];

    public WebhookReading(Evidence evidence, WebhookRegistration webhook, IReadOnlyList<LostRevisions> lost)
    {
        (_evidence, _webhook, _lost) = (evidence, webhook, lost);
        _changes = evidence.Store.InOrder.Where(IsInReach).ToLookup(change => change.Name);
    }

    /// <summary>What is wrong with it.</summary>
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
                ? $"told of what did not happen, or what it does not ask for: {text}"
                : $"told of {real} (before: {real.Before?.ToString() ?? "none"}) in other words: {text}");
            return;
        }
        if (revision is not null && revision != change.Revision)
            Faults.Add($"told of {change} under the id of another revision: {text}");
        if (_ids.TryGetValue(arrival.MessageId, out var other) && other != change)
            Faults.Add($"one id for two changes, {other} and {change}: {text}");
        _ids[arrival.MessageId] = change;
        if (!_told.TryGetValue(change, out var before))
            _told[change] = before = [];
        if (before.Count == 0)
            CheckOrder(change, text);
        else if (before[0].MessageId != arrival.MessageId)
            Faults.Add($"two ids for one change, {change}: {Text(before[0])} and {text}");
        before.Add(arrival);
    }

    /// <summary>There are no more calls.</summary>
    public void End()
    {
        // What waits for a webhook goes with it when it is removed.
        if (_evidence.Run.SettledRevision is not { } settled || _webhook.RemovedAt is not null)
            return;
        var missing = _changes.SelectMany(changes => changes)
            .Where(
                change => change.Revision <= settled && IsDue(change) && !_told.ContainsKey(change)
                    && !MayBeLost(change))
            .OrderBy(change => change.Revision).ToList();
        if (missing.Count > 0)
            Faults.Add(
                $"{missing.Count} changes were never told: {CallText.Some(missing, change => change.ToString())}");
    }

    // The first call for a change comes behind the first call for each change before it, and behind one that was
    // accepted.
    private void CheckOrder(KeyVersion change, string text)
    {
        if (!IsDue(change))
            return;
        if (_latest.TryGetValue(change.Name, out var latest) && latest.Revision > change.Revision)
            Faults.Add(
                $"told for the first time of {change} behind {latest}, first told by {Text(_told[latest][0])}: {text}");
        else
            _latest[change.Name] = change;
        var previous = _changes[change.Name].LastOrDefault(other =>
            other.Revision < change.Revision && IsDue(other) && !MayBeLost(other));
        if (previous is null)
            return;
        if (!_told.TryGetValue(previous, out var calls))
            Faults.Add($"told of {change} before {previous}: {text}");
        else if (!calls.Exists(call => call.Status is >= 200 and < 300))
            Faults.Add(
                $"told of {change} before {previous} was accepted; that was last told by {Text(calls[^1])}: {text}");
    }

    // A webhook must be told of it, in its turn. What was before its registration is told when it is asked for again,
    // in any order.
    private bool IsDue(KeyVersion change) => change.Revision > _webhook.RegisteredAt && IsAskedFor(change) == true;

    private bool IsInReach(KeyVersion change) =>
        change.Name.Tenant == _webhook.Tenant && !(change.Revision > _webhook.RemovedAt)
        && (_webhook.Pattern is [.. var prefix, '*']
            ? change.Name.Key.StartsWith(prefix, StringComparison.Ordinal)
            : change.Name.Key == _webhook.Pattern);

    // Null where it may be told and need not be: what the store does not tell apart.
    private bool? IsAskedFor(KeyVersion change)
    {
        if (change.Revision == _webhook.RemovedAt)
            return null;
        // What is recovered is told as created or updated, whatever it was, and as if its value had changed.
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
            // What is recovered behind a compaction is told as what became of the key since.
            return arrival.Event == change.Event || (IsLost(change) && arrival.Event is "create" or "update");
        return arrival.Event switch
        {
            "delete" => _webhook.Events.Contains("delete") || _webhook.Events.Contains("*"),
            "expire" => Evidence.MayBeExpired(change),
            _ => false,
        };
    }

    // The store had forgotten it.
    private bool IsLost(KeyVersion change) =>
        _lost.Any(lost => change.Revision > lost.After && change.Revision <= lost.Through);

    // Of changes that the store had forgotten, the last state of each key is told, unless it is gone or has expired
    // when it is read.
    private bool MayBeLost(KeyVersion change) => _lost.Any(lost =>
        change.Revision > lost.After && change.Revision <= lost.Through
        && (change.IsRemoved || _evidence.Store.At(change.Name, lost.Through) != change
            || _evidence.Clock.MayBeGone(change.ExpireAt, lost.At + _evidence.Run.CallBound)));

    private static string Text(WebhookArrival arrival) =>
        $"{arrival.Event} '{arrival.Key}' = {arrival.Value} as {arrival.MessageId} at {CallText.Time(arrival.At)}, " +
        $"answered {arrival.Status?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "not at all"}";
}
