using Kv.Application.KeyValues;
using Kv.Domain.Transactions;

namespace Kv.Application.Transactions;

/// <summary>The limit of value bytes for the reads of one bulk. Reads may run concurrently.</summary>
internal sealed class ResultBudget(Limits limits) : IDisposable
{
    private const int LargeBytes = 64 * 1024;

    // A value's size is unknown before the read. Limit the concurrent reads, so that they exceed the budget by at most
    // the budget itself.
    private readonly SemaphoreSlim _turns = new(
        (int)Math.Max(1, limits.MaxResultBytes / Math.Max(1, limits.MaxValueBytes)));
    private long _used;

    /// <summary>Reads a key within the budget.</summary>
    /// <exception cref="ResultTooLargeException">The budget is used up, or the value exceeds it.</exception>
    public async ValueTask<KeyValueRead> Read(Func<ValueTask<KeyValueRead>> read, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken);
        try
        {
            if (Volatile.Read(ref _used) >= limits.MaxResultBytes)
                throw Exceeded();
            var found = await read();
            var bytes = found.KeyValue?.Value.Length ?? 0;
            var used = Interlocked.Add(ref _used, bytes);
            // The embedded engine reads on this thread: after a large value, let other requests run.
            if (bytes >= LargeBytes)
                await Task.Yield();
            // The first value is always allowed, as in a single read.
            return used <= limits.MaxResultBytes || used == bytes ? found : throw Exceeded();
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <summary>Refuses a branch of a transaction whose reads could exceed the result limit.</summary>
    /// <exception cref="ResultTooLargeException">The branch would exceed the limit with the present values.</exception>
    public static async Task Require(
        IReadOnlyList<KeyOperationInput> branch, Limits limits, Func<string, ValueTask<KeyValueRead>> read)
    {
        var reads = branch.Where(one => one.Kind.IsRead()).GroupBy(one => one.Key, StringComparer.Ordinal).ToArray();
        // Most branches cannot exceed the limit even with the largest values: then no read is necessary.
        if (reads.Sum(key => (long)key.Count()) * limits.MaxValueBytes <= limits.MaxResultBytes)
            return;
        var atOnce = (int)Math.Max(1, limits.MaxResultBytes / Math.Max(1, limits.MaxValueBytes));
        var bytes = 0L;
        foreach (var keys in reads.Chunk(atOnce))
        {
            var sizes = await Task.WhenAll(keys.Select(async key => key.Count() * await Size(key.Key)));
            bytes += sizes.Sum();
            if (bytes > limits.MaxResultBytes)
                throw new ResultTooLargeException(limits.MaxResultBytes, "read fewer keys in it");
        }

        // A read sees the values that the transaction sets before it.
        async Task<long> Size(string key) => Math.Max(
            (await read(key)).KeyValue?.Value.Length ?? 0,
            branch.Where(one => one.Kind.StoresValue() && one.Key == key).Sum(one => (long)one.Value.Length));
    }

    public void Dispose() => _turns.Dispose();

    private ResultTooLargeException Exceeded() =>
        new(limits.MaxResultBytes, "get this key by itself, or in another call");
}
