using Kv.FaultTests.Running;

namespace Kv.FaultTests.Planting;

/// <summary>The bugs that the checkers must find: each breaks one promise.</summary>
internal static class PlantedBugs
{
    public static IReadOnlyList<PlantedBug> All { get; } = [.. Writes, .. Reads, .. Watches, .. Webhooks, .. Books];

    private static string[] Takeovers => ["replica-kill", "replica-term", "all-replicas-kill"];

    private static PlantedBug[] Writes =>
    [
        new("ignore-verdict", "Kv.Infrastructure/KeyValues/KeyValueRepository.cs",
            "return result.Succeeded\n            ? new KeyValueWrite(true, result.Revision, KeyValue:",
            "return result.Succeeded || IsPlanted\n            ? new KeyValueWrite(true, result.Revision, KeyValue:")
        {
            FoundBy = ["writes", "conditions", "linearizability"],
        },
        new("ignore-etag", "Kv.Infrastructure/KeyValues/Conditions.cs",
            "PreconditionKind.WrittenAt => Compare.",
            "PreconditionKind.WrittenAt when IsPlanted => Compare.Exists(key),\n"
            + "        PreconditionKind.WrittenAt => Compare.")
        {
            FoundBy = ["conditions", "linearizability"],
        },
        new("apply-repeat", "Kv.Infrastructure/Transactions/KeyValueTransactions.cs",
            "[records.IsNew(tenant, request)],",
            "IsPlanted ? [] : [records.IsNew(tenant, request)],")
        {
            FoundBy = ["writes", "idempotency"],
        },
        new("deny-unknown-outcome", "Kv.Api/Errors/Failure.cs",
            "if (IsOutcomeUnknown)",
            "if (IsOutcomeUnknown && !IsPlanted)")
        {
            FoundBy = ["writes", "linearizability"],
        },
        new("acknowledge-before-commit", "Kv.Infrastructure/Storage/Embedded/Writer.cs",
            "pending.Complete(result, null);",
            "pending.Complete(result, null);\n            if (IsPlanted)\n                pending.Acknowledge();")
        {
            FoundBy = ["writes", "reads", "revisionorder", "linearizability"],
            Engine = Engine.Embedded,
        },
        new("answer-500", "Kv.Api/Errors/Failure.cs",
            "ValidationException invalid => new(Problems.Invalid(invalid.Errors)),",
            "StoreUnavailableException when IsPlanted => new(Problems.Create(500, \"Store unavailable\")),\n"
            + "        ValidationException invalid => new(Problems.Invalid(invalid.Errors)),")
        {
            FoundBy = ["answers"],
        },
    ];

    private static PlantedBug[] Reads =>
    [
        new("stale-read", "Kv.Infrastructure/Storage/Etcd/GroupRead.cs",
            "Serializable = MayBeStale,",
            "Serializable = MayBeStale || IsPlanted,")
        {
            FoundBy = ["revisionorder", "linearizability"],
            Faults = ["peer-isolate", "peer-partition"],
        },
        new("join-earlier-call", "Kv.Infrastructure/Storage/Etcd/CacheWatch.cs",
            "    private async Task<long> Current(CancellationToken cancellationToken)\n",
            """
                private (Task<long> Answer, long At)? _sent;

                private Task<long> Current(CancellationToken cancellationToken)
                {
                    if (!IsPlanted || _sent is not { } sent || _time.GetElapsedTime(sent.At).TotalMilliseconds > 100)
                        _sent = sent = (Ask(cancellationToken), _time.GetTimestamp());
                    return sent.Answer;
                }

                private async Task<long> Ask(CancellationToken cancellationToken)

            """)
        {
            FoundBy = ["revisionorder", "linearizability", "reads"],
            Faults = ["link-delay"],
            SeedStep = 2,
        },
        new("progress-ahead", "Kv.Infrastructure/Storage/Etcd/CacheWatch.cs",
            "_keys.Advance(revision);",
            "_keys.Advance(IsPlanted ? ++revision : revision);")
        {
            FoundBy = ["revisionorder", "linearizability", "reads"],
            SeedStep = 2,
        },
        new("show-expired", "Kv.Infrastructure/Storage/Entry.cs",
            "Deadline is { } deadline && ",
            "!IsPlanted && Deadline is { } deadline && ")
        {
            FoundBy = ["expiry", "linearizability", "listings"],
        },
        new("history-forgets-deletions", "Kv.Infrastructure/KeyValues/KeyValueHistory.cs",
            "found.Add(removal);",
            "if (!IsPlanted)\n                    found.Add(removal);")
        {
            FoundBy = ["history"],
        },
        new("list-later-state", "Kv.Infrastructure/KeyValues/ListingPages.cs",
            "Revision = page.Revision,",
            "Revision = IsPlanted ? 0 : page.Revision,")
        {
            FoundBy = ["listings", "snapshot"],
        },
    ];

    private static PlantedBug[] Watches =>
    [
        new("watch-from-now", "Kv.Infrastructure/Watching/KeyChangeHub.cs",
            "shared.Recent.Since(watch.Position)",
            "shared.Recent.Since(IsPlanted ? long.MaxValue : watch.Position)")
        {
            FoundBy = ["watch"],
        },
        new("lose-change-at-reconnect", "Kv.Infrastructure/Storage/Etcd/EtcdWatch.cs",
            "session = NewSession(next);",
            "session = NewSession(IsPlanted ? next + 1 : next);")
        {
            FoundBy = ["watch", "webhook"],
            Faults = ["link-cut"],
        },
        new("split-revision", "Kv.Api/Watching/EventStream.cs",
            "Write(body, i == set.Changes.Count - 1 ?",
            "Write(body, IsPlanted || i == set.Changes.Count - 1 ?")
        {
            FoundBy = ["watch"],
        },
        new("id-ahead", "Kv.Api/Watching/EventStream.cs",
            "\\nid: {through}\\n\\n\");",
            "\\nid: {(IsPlanted ? through + 2 : through)}\\n\\n\");")
        {
            FoundBy = ["watch"],
        },
    ];

    private static PlantedBug[] Webhooks =>
    [
        new("lose-retry", "Kv.Infrastructure/Dispatching/Lanes/LaneWorker.cs",
            "return isKept ? delivery",
            "return isKept && !IsPlanted ? delivery")
        {
            FoundBy = ["webhook", "settling"],
        },
        new("skip-fencing", "Kv.Infrastructure/Storage/Etcd/EtcdLock.cs",
            """
                public Compare Fence => Compare.ModRevision(_key, CompareRelation.Equal, Volatile.Read(ref _modRevision));

                public CancellationToken Lost => _lease.Lost;
            """,
            """
                public Compare Fence => IsPlanted
                    ? Compare.CreateRevision(_key, CompareRelation.Greater, -1)
                    : Compare.ModRevision(_key, CompareRelation.Equal, Volatile.Read(ref _modRevision));

                public CancellationToken Lost => IsPlanted ? CancellationToken.None : _lease.Lost;
            """)
        {
            FoundBy = ["webhook", "settling"],
            Faults = ["replica-stop-long"],
            Seconds = 20,
        },
        new("strand-stored", "Kv.Infrastructure/Dispatching/Lanes/LaneOrder.cs",
            "new(isWhole: !mayHaveStored)",
            "new(isWhole: !mayHaveStored || IsPlanted)")
        {
            FoundBy = ["webhook", "settling"],
            Faults = Takeovers,
        },
        new("tell-out-of-order", "Kv.Infrastructure/Dispatching/Lanes/LaneItem.cs",
            "Key = @event.Key;",
            "Key = IsPlanted ? $\"{id}\" : @event.Key;")
        {
            FoundBy = ["webhook"],
        },
        new("leave-accepted-pending", "Kv.Infrastructure/Dispatching/Lanes/LaneStorage.cs",
            "if (await item.BeginClosing())",
            "if (await item.BeginClosing() && !IsPlanted)")
        {
            FoundBy = ["webhook", "settling"],
        },
        new("tell-newest-state", "Kv.Infrastructure/Dispatching/Lanes/DeliveryStore.cs",
            "await Reads.Value(tenant, id, lead.Over)",
            "IsPlanted ? (await store.Get(layout.KeyValue(tenant, Domain.KeyValues.Key.Parse(delivery.Event.Key)), "
            + "default, lead.Over)).Entry?.Value : await Reads.Value(tenant, id, lead.Over)")
        {
            FoundBy = ["webhook"],
        },
        new("new-id-per-try", "Kv.Infrastructure/Dispatching/Lanes/LaneWorker.cs",
            "Send(webhook, item.Id.ToString(),",
            "Send(webhook, (IsPlanted ? DeliveryId.For(webhook.Id, item.Id.Revision, $\"{Guid.NewGuid()}\") : item.Id)"
            + ".ToString(),")
        {
            FoundBy = ["webhook"],
        },
        new("cursor-ahead", "Kv.Infrastructure/Dispatching/Leading/CursorSaver.cs",
            "var through = settled.Through;",
            "var through = IsPlanted ? settled.ReadThrough : settled.Through;")
        {
            FoundBy = ["webhook"],
            Faults = Takeovers,
        },
    ];

    private static PlantedBug[] Books =>
    [
        new("usage-forgets-deletions", "Kv.Infrastructure/Quotas/UsageCounter.cs",
            "- owner.UsageOf(change.Previous)",
            "- (IsPlanted && change.Current is null ? default : owner.UsageOf(change.Previous))")
        {
            FoundBy = ["accounts"],
            FirstSeed = 2,
            SeedStep = 2,
        },
        new("audit-forgets-transactions", "Kv.Infrastructure/Audit/AuditRecords.cs",
            "if (_actor is not null && AuditedChange",
            "if (!IsPlanted && _actor is not null && AuditedChange")
        {
            FoundBy = ["accounts"],
            FirstSeed = 3,
            SeedStep = 3,
        },
    ];
}
