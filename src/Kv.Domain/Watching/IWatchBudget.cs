namespace Kv.Domain.Watching;

/// <summary>
/// Limits the bytes of changes that all watches of this process hold until their readers take them, in total and for
/// each tenant.
/// </summary>
public interface IWatchBudget
{
    /// <summary>Reserves a share for changes that are about to be read. Waits until it is free.</summary>
    /// <param name="isOpening">
    /// Whether the watch is being opened. Then the wait is short, and the call fails after it.
    /// </param>
    Task<IWatchShare> Take(Tenant tenant, long bytes, bool isOpening, CancellationToken cancellationToken);

    /// <summary>Takes a share for changes that have happened; null if it is not free.</summary>
    IWatchShare? TryTake(Tenant tenant, long bytes);
}

/// <summary>The share of a watch, until it is disposed.</summary>
public interface IWatchShare : IDisposable
{
    /// <summary>Changes the share to the bytes that were read, whether or not they are free.</summary>
    void Resize(long bytes);
}
