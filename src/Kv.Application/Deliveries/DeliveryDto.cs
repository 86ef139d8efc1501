using Kv.Domain.Deliveries;

namespace Kv.Application.Deliveries;

/// <summary>A stored delivery, pending or failed, or an accepted one, for the webhook's owner.</summary>
public sealed record DeliveryDto
{
    /// <summary>The id, which receivers see as <c>webhook-id</c>.</summary>
    public required string Id { get; init; }

    public Guid WebhookId { get; init; }

    /// <summary>The state: pending, failed or delivered.</summary>
    public required string Status { get; init; }

    /// <summary>The event: create, update, delete or expire.</summary>
    public required string Event { get; init; }

    public required string Key { get; init; }

    /// <summary>The revision of the change.</summary>
    public long Revision { get; init; }

    /// <summary>The last attempts, oldest first; for an accepted delivery, only the accepted attempt.</summary>
    public required IReadOnlyList<Attempt> Attempts { get; init; }

    /// <summary>The number of attempts of an accepted delivery; null for other deliveries.</summary>
    public int? AttemptCount { get; init; }

    /// <summary>The time of the next attempt; null when the delivery has failed for good.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>The reason of the final failure; null while the delivery waits.</summary>
    public string? FailedReason { get; init; }
}

internal sealed class DeliveryProfile : Profile
{
    internal const string Pending = "pending";
    internal const string Failed = "failed";
    internal const string Delivered = "delivered";

    public DeliveryProfile()
    {
        CreateMap<Delivery, DeliveryDto>()
            .ForMember(dto => dto.Id, map => map.MapFrom(source => source.Id.ToString()))
            .ForMember(dto => dto.WebhookId, map => map.MapFrom(source => source.Id.WebhookId))
            .ForMember(
                dto => dto.Status,
                map => map.MapFrom(source => source.Status == DeliveryStatus.Pending ? Pending : Failed))
            .ForMember(dto => dto.AttemptCount, map => map.Ignore())
            .ForMember(dto => dto.Event, map => map.MapFrom(source => NameOf(source.Event.Kind)))
            .ForMember(dto => dto.Key, map => map.MapFrom(source => source.Event.Key))
            .ForMember(dto => dto.Revision, map => map.MapFrom(source => source.Id.Revision));
        CreateMap<AcceptedDelivery, DeliveryDto>()
            .ForMember(dto => dto.Id, map => map.MapFrom(source => source.Id.ToString()))
            .ForMember(dto => dto.WebhookId, map => map.MapFrom(source => source.Id.WebhookId))
            .ForMember(dto => dto.Status, map => map.MapFrom(_ => Delivered))
            .ForMember(dto => dto.Event, map => map.MapFrom(source => NameOf(source.Kind)))
            .ForMember(dto => dto.Revision, map => map.MapFrom(source => source.Id.Revision))
            .ForMember(dto => dto.Attempts, map => map.MapFrom(source => new[] { AttemptOf(source) }))
            .ForMember(dto => dto.NextAttemptAt, map => map.Ignore())
            .ForMember(dto => dto.FailedReason, map => map.Ignore());
    }

    private static Attempt AttemptOf(AcceptedDelivery accepted) =>
        new() { At = accepted.At, Duration = accepted.Duration, Status = accepted.Status };

    internal static string NameOf(KeyChangeKind? kind) => kind switch
    {
        KeyChangeKind.Create => EventFilter.Create,
        KeyChangeKind.Update => EventFilter.Update,
        KeyChangeKind.Delete => EventFilter.Delete,
        KeyChangeKind.Expire => EventFilter.Expire,
        null => EventFilter.Ping,
    };
}
