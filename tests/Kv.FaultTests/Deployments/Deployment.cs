namespace Kv.FaultTests.Deployments;

/// <summary>A Kv that is run as its users run it, with its store, and all that can go wrong with it.</summary>
internal abstract class Deployment : IAsyncDisposable
{
    /// <summary>The processes of Kv that clients call.</summary>
    public abstract IReadOnlyList<Replica> Replicas { get; }

    /// <summary>Undoes every fault: what is down is started, what is paused continues, links forward.</summary>
    public abstract Task Heal();

    /// <summary>
    /// Reads all that the store itself keeps of what was changed. Called when Kv has ended.
    /// </summary>
    public abstract Task<IReadOnlyList<StoredEntry>> ReadChanges();

    /// <summary>Asks every replica to end (SIGTERM), and waits until it has.</summary>
    /// <returns>Their exit codes.</returns>
    public Task<int[]> Stop() => Task.WhenAll(Replicas.Select(replica => replica.Terminate()));

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
