using Kv.Application.Watching;
using MediatR;

namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>Handles the domain events of a term: passes each change of a key to the webhooks that want it.</summary>
internal sealed class WebhookDispatcher(WebhookLanes lanes) : INotificationHandler<DomainEvent>
{
    public Task Handle(DomainEvent notification, CancellationToken cancellationToken) =>
        lanes.Dispatch(notification.Event, notification.Source).AsTask();
}
