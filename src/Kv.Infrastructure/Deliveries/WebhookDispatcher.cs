using Kv.Application.Watching;
using Kv.Domain.Deliveries;
using Kv.Domain.Watching;
using MediatR;

namespace Kv.Infrastructure.Deliveries;

/// <summary>Handles the domain events: what happens to keys goes to the webhooks that want to be told of it.</summary>
internal sealed class WebhookDispatcher :
    INotificationHandler<DomainEvent<KeyCreated>>,
    INotificationHandler<DomainEvent<KeyUpdated>>,
    INotificationHandler<DomainEvent<KeyDeleted>>,
    IDeliveryBacklog,
    IDisposable
{
    private readonly DispatcherMetrics _metrics;
    private Lanes? _lanes;

    public WebhookDispatcher(TimeProvider time) => _metrics = new DispatcherMetrics(this, time);

    /// <summary>Where events go; null while another replica leads, and there are none.</summary>
    public Lanes? Lanes
    {
        get => Volatile.Read(ref _lanes);
        set => Volatile.Write(ref _lanes, value);
    }

    public DeliveryBacklog? Current => Lanes?.Backlog();

    public Task Handle(DomainEvent<KeyCreated> notification, CancellationToken cancellationToken) => Dispatch(notification.Event);

    public Task Handle(DomainEvent<KeyUpdated> notification, CancellationToken cancellationToken) => Dispatch(notification.Event);

    public Task Handle(DomainEvent<KeyDeleted> notification, CancellationToken cancellationToken) => Dispatch(notification.Event);

    public void Dispose() => _metrics.Dispose();

    private Task Dispatch(KeyChanged change) => Lanes is { } lanes ? lanes.Dispatch(change).AsTask() : Task.CompletedTask;
}
