namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>The memory of values that wait for their first attempt, in all lanes together.</summary>
internal sealed class LaneMemory
{
    private const long MaxBytes = 64 * 1024 * 1024;

    private long _bytes;

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
