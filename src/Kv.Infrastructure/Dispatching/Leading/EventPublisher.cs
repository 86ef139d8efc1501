using Kv.Application.Watching;
using Kv.Domain.Watching;
using Kv.Infrastructure.Changes;
using MediatR;

namespace Kv.Infrastructure.Dispatching.Leading;

/// <summary>Raises domain events through a mediator that finds the handlers of this term.</summary>
internal sealed class EventPublisher(KeyChangeMapper changes, WriteTraces traces, IServiceProvider term)
{
    private readonly Mediator _mediator = new(type => term.GetService(type)!);

    /// <summary>
    /// Raises the events of the changes at one revision, in order. Completes when the handlers have returned.
    /// </summary>
    public async Task Publish(ChangeSet set, IOpenRevision source, CancellationToken cancellationToken)
    {
        var traced = traces.Read(set);
        foreach (var change in set.Changes)
            if (changes.Map(change, set.Revision) is { } changed)
            {
                if (traced?.GetValueOrDefault(change.Key) is { } trace)
                    changed = changed with { TraceParent = trace };
                await Publish(changed, source, cancellationToken);
            }
    }

    /// <summary>Raises an event. Completes when the handlers have returned.</summary>
    public Task Publish(KeyChanged change, IOpenRevision source, CancellationToken cancellationToken) =>
        _mediator.Publish(new DomainEvent(change, source), cancellationToken);
}
