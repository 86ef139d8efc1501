using Kv.Domain.Watching;
using MediatR;

namespace Kv.Application.Watching;

/// <summary>A domain event on its way to its handlers: the domain itself knows no mediator.</summary>
/// <param name="Event">The event.</param>
public sealed record DomainEvent<TEvent>(TEvent Event) : INotification
    where TEvent : KeyChanged;
