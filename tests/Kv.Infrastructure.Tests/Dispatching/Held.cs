using Kv.Infrastructure.Dispatching;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Dispatching;

/// <summary>A lock that is held, and never lost.</summary>
internal sealed class Held(Compare fence) : IStoreLock
{
    public Compare Fence => fence;

    public CancellationToken Lost => CancellationToken.None;

    public static Lead Lead(Compare fence)
    {
        var lead = new Lead();
        lead.Begin(new Held(fence), from: 0, storeRevision: 0);
        return lead;
    }

    public Task MoveFence(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
