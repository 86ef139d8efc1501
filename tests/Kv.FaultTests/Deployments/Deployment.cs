namespace Kv.FaultTests.Deployments;

/// <summary>A deployment of Kv with its store, as users run it, whose faults can be injected.</summary>
internal abstract class Deployment : IAsyncDisposable
{
    /// <summary>The processes of Kv that clients call.</summary>
    public abstract IReadOnlyList<Replica> Replicas { get; }

    /// <summary>Undoes every fault: it starts and resumes processes, and links forward again.</summary>
    public abstract Task Heal();

    /// <summary>
    /// Reads all changes from the store itself. Called when Kv has ended.
    /// </summary>
    public abstract Task<IReadOnlyList<StoredEntry>> ReadChanges();

    /// <summary>Asks every replica to end (SIGTERM), and waits for its end.</summary>
    /// <returns>Their exit codes.</returns>
    public Task<int[]> Stop() => Task.WhenAll(Replicas.Select(replica => replica.Terminate()));

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
