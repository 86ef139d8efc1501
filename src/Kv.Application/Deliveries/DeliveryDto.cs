using Kv.Domain.Deliveries;

namespace Kv.Application.Deliveries;

/// <summary>A stored delivery, pending or failed, or an accepted one, for the webhook's owner.</summary>
/// <param name="Id">The id, which receivers see as <c>webhook-id</c>.</param>
/// <param name="Status">The state: pending, failed or delivered.</param>
/// <param name="Event">The event: create, update, delete or expire.</param>
/// <param name="Attempts">The last attempts, oldest first; for an accepted delivery, only the accepted attempt.</param>
/// <param name="AttemptCount">The number of attempts of an accepted delivery; null for other deliveries.</param>
/// <param name="NextAttemptAt">The time of the next attempt; null when the delivery has failed for good.</param>
/// <param name="FailedReason">The reason of the final failure; null while the delivery waits.</param>
public sealed record DeliveryDto(
    string Id, Guid WebhookId, string Status, string Event, string Key, long Revision, IReadOnlyList<Attempt> Attempts,
    int? AttemptCount = null, DateTimeOffset? NextAttemptAt = null, string? FailedReason = null);

internal sealed class DeliveryProfile : Profile
{
    internal const string Pending = "pending";
    internal const string Failed = "failed";
    internal const string Delivered = "delivered";

    public DeliveryProfile()
    {
        CreateMap<Delivery, DeliveryDto>()
            .ForCtorParam(nameof(DeliveryDto.Id), map => map.MapFrom(source => source.Id.ToString()))
            .ForCtorParam(nameof(DeliveryDto.WebhookId), map => map.MapFrom(source => source.Id.WebhookId))
            .ForCtorParam(
                nameof(DeliveryDto.Status),
                map => map.MapFrom(source => source.Status == DeliveryStatus.Pending ? Pending : Failed))
            .ForCtorParam(nameof(DeliveryDto.Event), map => map.MapFrom(source => NameOf(source.Event.Kind)))
            .ForCtorParam(nameof(DeliveryDto.Key), map => map.MapFrom(source => source.Event.Key))
            .ForCtorParam(nameof(DeliveryDto.Revision), map => map.MapFrom(source => source.Id.Revision));
        CreateMap<AcceptedDelivery, DeliveryDto>()
            .ForCtorParam(nameof(DeliveryDto.Id), map => map.MapFrom(source => source.Id.ToString()))
            .ForCtorParam(nameof(DeliveryDto.WebhookId), map => map.MapFrom(source => source.Id.WebhookId))
            .ForCtorParam(nameof(DeliveryDto.Status), map => map.MapFrom(_ => Delivered))
            .ForCtorParam(nameof(DeliveryDto.Event), map => map.MapFrom(source => NameOf(source.Kind)))
            .ForCtorParam(nameof(DeliveryDto.Revision), map => map.MapFrom(source => source.Id.Revision))
            .ForCtorParam(nameof(DeliveryDto.Attempts), map => map.MapFrom(source => new[] { AttemptOf(source) }));
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
