using System.Collections.Concurrent;
using Kv.Infrastructure.Deliveries;

namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>
/// The log of the last accepted deliveries of each webhook. Entries wait in memory until the transaction that saves the
/// leader's cursor saves them too; waiting entries are lost when the leader dies. Adding an entry takes no lock.
/// </summary>
internal sealed class AcceptedLog(RetryingStore store, FencedWriter writer, KeyLayout layout, Lead lead)
{
    // A save may contain one log, and another one for each of so many changes. So logs are at most 1 % of the writes
    // when there are 200 or more per second.
    private const int ChangesPerLog = 200;

    // A log has at most 64 KiB.
    private const int MaxLogs = 16;

    private readonly DeliveryReads _reads = new(store, layout);
    private readonly ConcurrentDictionary<(Tenant Tenant, Guid WebhookId), Unsaved> _unsaved = new();
    private readonly Lock _gate = new();
    private long _changes;
    private long _saves;

    /// <summary>Whether entries wait to be saved.</summary>
    public bool HasUnsaved => _unsaved.Any(log => log.Value.HasEntries);

    /// <summary>Counts a change that the leader has read.</summary>
    public void CountChange() => Interlocked.Increment(ref _changes);

    /// <summary>Adds an accepted delivery.</summary>
    public void Add(Webhook webhook, AcceptedDelivery accepted) =>
        _unsaved.GetOrAdd((webhook.Tenant, webhook.Id), static _ => new Unsaved()).Add(accepted);

    /// <summary>Forgets a webhook that was deleted: no later save contains its log.</summary>
    public void Remove(Tenant tenant, Guid webhookId)
    {
        lock (_gate)
            _unsaved.TryRemove((tenant, webhookId), out _);
    }

    /// <summary>Saves the cursor, and with it the logs that have waited longest.</summary>
    public async Task SaveWith(Operation cursor)
    {
        var changes = Interlocked.Exchange(ref _changes, 0);
        var limit = changes == 0 ? MaxLogs : (int)Math.Min(MaxLogs, 1 + changes / ChangesPerLog);
        var due = _unsaved.Where(log => log.Value.HasEntries).OrderBy(log => log.Value.SavedBy).Take(limit).ToList();
        foreach (var (_, log) in due)
            log.SavedBy = ++_saves;
        var logs = await Task.WhenAll(due.Select(log => Merge(log.Key.Tenant, log.Key.WebhookId, log.Value)));
        Task saved;
        // A log must not be written after its removal, which is written after Remove.
        lock (_gate)
            saved = writer.Apply([
                cursor, .. due.Zip(logs).Where(log => _unsaved.ContainsKey(log.First.Key)).Select(log => log.Second),
            ]);
        await saved;
    }

    private async Task<Operation> Merge(Tenant tenant, Guid webhookId, Unsaved log)
    {
        var before = await _reads.ListAccepted(tenant, webhookId, lead.Over);
        return new Operation.Put(
            layout.AcceptedLog(tenant, webhookId), AcceptedRecord.Write(log.Take().Concat(before)));
    }

    /// <summary>The entries of a webhook that are not saved: the last ones, in a ring.</summary>
    private sealed class Unsaved
    {
        private readonly AcceptedDelivery?[] _entries = new AcceptedDelivery?[AcceptedDelivery.Kept];
        private uint _added;
        private volatile bool _hasEntries;

        public bool HasEntries => _hasEntries;

        /// <summary>The number of the save that last contained it; 0 before the first.</summary>
        public long SavedBy { get; set; }

        public void Add(AcceptedDelivery accepted)
        {
            Volatile.Write(ref _entries[Interlocked.Increment(ref _added) % AcceptedDelivery.Kept], accepted);
            _hasEntries = true;
        }

        /// <summary>Takes the entries, the latest first.</summary>
        public IEnumerable<AcceptedDelivery> Take()
        {
            _hasEntries = false;
            var taken = new List<AcceptedDelivery>();
            for (var place = 0; place < _entries.Length; place++)
                if (Interlocked.Exchange(ref _entries[place], null) is { } entry)
                    taken.Add(entry);
            return taken.OrderByDescending(entry => entry.At + entry.Duration);
        }
    }
}
