using AutoMapper;
using Kv.Domain.Deliveries;
using Kv.Domain.Watching;
using Kv.Domain.Webhooks;

namespace Kv.Application.Deliveries;

/// <summary>A delivery that waits or has failed, as its webhook's owner sees it.</summary>
public sealed class DeliveryDto
{
    /// <summary>The id, which receivers see as <c>webhook-id</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The webhook that it goes to.</summary>
    public Guid WebhookId { get; init; }

    /// <summary>Where it stands.</summary>
    public DeliveryStatus Status { get; init; }

    /// <summary>What happened: create, update, delete or expire.</summary>
    public required string Event { get; init; }

    /// <summary>The key to which it happened.</summary>
    public required string Key { get; init; }

    /// <summary>The store's revision at which it happened.</summary>
    public long Revision { get; init; }

    /// <summary>The last attempts, oldest first.</summary>
    public required IReadOnlyList<AttemptDto> Attempts { get; init; }

    /// <summary>When it is due; null when it has failed for good.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>Why it failed for good; null while it waits.</summary>
    public string? FailedReason { get; init; }
}

/// <summary>One try to hand a message to a receiver, and what came of it.</summary>
public sealed class AttemptDto
{
    /// <summary>When it began.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The answer's status; null when there was none.</summary>
    public int? Status { get; init; }

    /// <summary>What went wrong; null when nothing did.</summary>
    public string? Error { get; init; }

    /// <summary>The first bytes of the answer's body, as text.</summary>
    public required string Answer { get; init; }

    /// <summary>Whether the receiver took the message.</summary>
    public bool IsAccepted { get; init; }

    // By hand: AutoMapper 8 stumbles over records such as Attempt (see KeyValueDto).
    internal static AttemptDto Of(Attempt attempt) => new()
    {
        At = attempt.At,
        Duration = attempt.Duration,
        Status = attempt.Status,
        Error = attempt.Error,
        Answer = attempt.Answer,
        IsAccepted = attempt.IsAccepted,
    };
}

internal sealed class DeliveryProfile : Profile
{
    public DeliveryProfile() => CreateMap<Delivery, DeliveryDto>()
        .ForMember(dto => dto.Id, map => map.MapFrom(source => source.Id.ToString()))
        .ForMember(dto => dto.WebhookId, map => map.MapFrom(source => source.Id.WebhookId))
        .ForMember(dto => dto.Event, map => map.MapFrom(source => NameOf(source.Event.Kind)))
        .ForMember(dto => dto.Key, map => map.MapFrom(source => source.Event.Key))
        .ForMember(dto => dto.Revision, map => map.MapFrom(source => source.Id.Revision))
        .ForMember(dto => dto.Attempts, map => map.MapFrom(source => source.Attempts.Select(AttemptDto.Of).ToList()));

    private static string NameOf(KeyChangeKind? kind) => kind switch
    {
        KeyChangeKind.Create => "create",
        KeyChangeKind.Update => "update",
        KeyChangeKind.Delete => "delete",
        KeyChangeKind.Expire => "expire",
        _ => EventFilter.Ping,
    };
}
