using System.Text.Json.Serialization;
using Kv.Api.Health;
using Kv.Application.Overview;
using Kv.Domain.Overview;

namespace Kv.Api.Overview;

/// <summary>The state of the deployment, as one replica sees it.</summary>
public sealed record OverviewAnswer
{
    /// <summary>The version of Kv on this replica.</summary>
    /// <example>1.0.0</example>
    public required string Version { get; init; }

    /// <summary>The version of .NET on this replica.</summary>
    /// <example>10.0.0</example>
    public required string Dotnet { get; init; }

    /// <summary>When this replica started, in Unix seconds.</summary>
    /// <example>1767225600</example>
    public required long StartedAt { get; init; }

    /// <summary>Whether this replica leads: it calls the webhooks.</summary>
    public required bool Leading { get; init; }

    /// <summary>The store.</summary>
    public required StoreOverview Store { get; init; }

    /// <summary>The replicas, the leader first; absent while the store does not answer.</summary>
    public IReadOnlyList<ReplicaOverview>? Replicas { get; init; }

    /// <summary>How many seconds a point covers.</summary>
    /// <example>15</example>
    public required int PointSeconds { get; init; }

    /// <summary>The last hour of this replica, the oldest point first.</summary>
    public required IReadOnlyList<OverviewPoint> Points { get; init; }

    internal static OverviewAnswer From(OverviewDto overview, OverviewHistory history) => new()
    {
        Version = ProgramVersion.Text,
        Dotnet = Environment.Version.ToString(),
        StartedAt = history.StartedAt.ToUnixTimeSeconds(),
        Leading = overview.IsLeader,
        Store = StoreOverview.From(overview),
        Replicas = overview.Replicas is { } replicas ? [.. replicas.Select(ReplicaOverview.From)] : null,
        PointSeconds = (int)OverviewHistory.Interval.TotalSeconds,
        Points = history.Points,
    };
}

/// <summary>The state of the store.</summary>
public sealed record StoreOverview
{
    /// <summary>Why the store does not answer; absent when it answers.</summary>
    /// <example>etcd did not answer.</example>
    public string? Error { get; init; }

    /// <summary>The engine and its version; absent when it is unknown.</summary>
    /// <example>etcd 3.5.16</example>
    public string? Version { get; init; }

    /// <summary>The present revision; absent while the store does not answer.</summary>
    /// <example>42</example>
    public long? Revision { get; init; }

    /// <summary>The bytes in use, including free space within the files; absent when they are unknown.</summary>
    /// <example>65536</example>
    public long? UsedBytes { get; init; }

    /// <summary>The bytes by which the store can still grow; absent when they are unknown.</summary>
    /// <example>2147418112</example>
    public long? LeftBytes { get; init; }

    /// <summary>Why the store refuses writes; absent when it accepts them.</summary>
    public string? Refusal { get; init; }

    /// <summary>Servers of the store whose versions have known faults.</summary>
    public IReadOnlyList<string> KnownFaults { get; init; } = [];

    internal static StoreOverview From(OverviewDto overview) => new()
    {
        Error = overview.Failure,
        Version = overview.Store?.Version,
        Revision = overview.Failure is null ? overview.Revision : null,
        UsedBytes = overview.Store?.Used,
        LeftBytes = overview.Store?.Left,
        Refusal = overview.Store?.Refusal,
        KnownFaults = overview.Store?.KnownFaults ?? [],
    };
}

/// <summary>A replica.</summary>
public sealed record ReplicaOverview
{
    /// <summary>The addresses at which it listens; empty when it announced none.</summary>
    /// <example>["10.0.0.7:8080"]</example>
    public required IReadOnlyList<string> Addresses { get; init; }

    internal static ReplicaOverview From(Replica replica) =>
        new() { Addresses = [.. replica.Addresses.Select(address => address.ToString())] };
}

/// <summary>Figures of a span of time.</summary>
public sealed record OverviewPoint
{
    /// <summary>The end of the span, in Unix seconds.</summary>
    /// <example>1767225600</example>
    public required long At { get; init; }

    /// <summary>The requests.</summary>
    /// <example>120</example>
    public required long Requests { get; init; }

    /// <summary>The requests that were answered with 4xx.</summary>
    /// <example>2</example>
    public required long Refused { get; init; }

    /// <summary>The requests that were answered with 5xx.</summary>
    /// <example>0</example>
    public required long Failed { get; init; }

    /// <summary>The median duration in milliseconds; null without requests.</summary>
    /// <example>0.9</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required double? P50Ms { get; init; }

    /// <summary>The 99th percentile of the durations in milliseconds; null without requests.</summary>
    /// <example>12.1</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required double? P99Ms { get; init; }

    /// <summary>
    /// How long ago the leader wrote the oldest change that its watch has not delivered; null on other replicas.
    /// </summary>
    /// <example>0</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required double? LagSeconds { get; init; }

    /// <summary>The attempts to call webhooks that the receiver accepted.</summary>
    /// <example>3</example>
    public required long DeliveriesAccepted { get; init; }

    /// <summary>The attempts that the receiver answered with another status than 2xx.</summary>
    /// <example>0</example>
    public required long DeliveriesRefused { get; init; }

    /// <summary>The attempts without an answer.</summary>
    /// <example>0</example>
    public required long DeliveriesUnanswered { get; init; }
}
