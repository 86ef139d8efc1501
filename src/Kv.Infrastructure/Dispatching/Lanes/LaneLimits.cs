namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>The limits that all lanes of a term share.</summary>
internal sealed class LaneLimits
{
    // How many deliveries may be on their way to the store before the feed waits.
    private const int MaxStoring = 2_000;

    // How many lanes read the store at the same time. At the beginning of a term, all lanes may want to read.
    private const int MaxLoading = 16;

    // The memory of values that wait for their first attempt.
    private const long MaxBytes = 64 * 1024 * 1024;

    private long _bytes;

    /// <summary>Limits the deliveries that are on their way to the store.</summary>
    public SemaphoreSlim Storing { get; } = new(MaxStoring);

    /// <summary>Limits the lanes that read the store.</summary>
    public SemaphoreSlim Loading { get; } = new(MaxLoading);

    /// <summary>Adds a value.</summary>
    /// <returns>Whether there was room for it; otherwise the caller must store it soon.</returns>
    public bool Add(int bytes) => bytes == 0 || Interlocked.Add(ref _bytes, bytes) <= MaxBytes;

    /// <summary>Removes a value.</summary>
    public void Release(int bytes) => Interlocked.Add(ref _bytes, -bytes);

    /// <summary>Removes the value of a delivery that is sent or stored, and releases its revision.</summary>
    public void Settle(LaneItem item)
    {
        Release(item.Bytes);
        item.Settle();
    }
}
