using Kv.Domain.Watching;

namespace Kv.Application.Watching;

/// <summary>Wraps a domain event as a notification, because the domain does not reference MediatR.</summary>
/// <param name="Source">The revision of the change feed that the event was read from.</param>
public sealed record DomainEvent(KeyChanged Event, IOpenRevision Source) : INotification;

/// <summary>
/// A revision of the change feed that is not settled yet. A handler that still works on an event after its call has
/// returned holds the revision. A new leader reads every revision again that was held when the previous leader ended.
/// </summary>
public interface IOpenRevision
{
    /// <summary>
    /// The time of the write if this replica knows it, otherwise the time of the read; a timestamp of the
    /// <see cref="TimeProvider"/>.
    /// </summary>
    long WrittenAt { get; }

    /// <summary>Holds the revision. Each holder must release it once.</summary>
    void Hold();

    /// <summary>Releases the revision. It is settled when it has no holder.</summary>
    void Release();
}
