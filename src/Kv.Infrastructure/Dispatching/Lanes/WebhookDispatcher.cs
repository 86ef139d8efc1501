using Kv.Application.Watching;
using Kv.Domain.Watching;
using MediatR;

namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>Handles the domain events of a term: passes each change of a key to the webhooks that want it.</summary>
internal sealed class WebhookDispatcher(WebhookLanes lanes) :
    INotificationHandler<DomainEvent<KeyCreated>>,
    INotificationHandler<DomainEvent<KeyUpdated>>,
    INotificationHandler<DomainEvent<KeyDeleted>>
{
    public Task Handle(DomainEvent<KeyCreated> notification, CancellationToken cancellationToken) =>
        Dispatch(notification.Event, notification.Source);

    public Task Handle(DomainEvent<KeyUpdated> notification, CancellationToken cancellationToken) =>
        Dispatch(notification.Event, notification.Source);

    public Task Handle(DomainEvent<KeyDeleted> notification, CancellationToken cancellationToken) =>
        Dispatch(notification.Event, notification.Source);

    private Task Dispatch(KeyChanged change, IOpenRevision source) => lanes.Dispatch(change, source).AsTask();
}
