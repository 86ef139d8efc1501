using Kv.Domain.Watching;

namespace Kv.Infrastructure.Watching;

/// <summary>
/// Changes that wait in the buffers of watches. They take one share of the budget, however many watches hold them, and
/// return it when the last holder is done.
/// </summary>
/// <param name="bytes">Their approximate size.</param>
internal sealed class SharedChanges(KeyChangeSet set, long bytes, IWatchShare share) : IDisposable
{
    // The creator is the first holder.
    private int _holders = 1;

    public KeyChangeSet Set => set;

    /// <summary>The approximate size in bytes.</summary>
    public long Bytes => bytes;

    /// <summary>Adds a holder.</summary>
    public void Hold() => Interlocked.Increment(ref _holders);

    /// <summary>Removes a holder.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
            share.Dispose();
    }
}
