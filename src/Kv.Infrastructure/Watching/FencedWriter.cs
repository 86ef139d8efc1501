using System.Threading.Channels;
using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Watching;

/// <summary>
/// Writes what the watcher has to write, under its lock's fence: one that was paused past its lease and goes on writes
/// nothing. Writes that come at the same time share a transaction. All of them set or delete, so that one whose outcome
/// is unknown can be done again.
/// </summary>
internal sealed partial class FencedWriter
{
    // etcd takes 128 operations in a transaction (--max-txn-ops), and requests of 1.5 MiB (--max-request-bytes).
    private const int MaxOperations = 64;
    private const int MaxBytes = 512 * 1024;

    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(2);

    private readonly Channel<Write> _queue = Channel.CreateUnbounded<Write>(new() { SingleReader = true });
    private readonly IStore _store;
    private readonly Compare _fence;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public FencedWriter(IStore store, Compare fence, TimeProvider time, ILogger logger) =>
        (_store, _fence, _time, _logger) = (store, fence, time, logger);

    /// <summary>Completes when the operations are done. They are done together.</summary>
    /// <exception cref="OperationCanceledException">The lock is lost, or given back; nothing was written.</exception>
    /// <exception cref="StoreRejectedException">The store refuses them as they are.</exception>
    public Task Do(params IReadOnlyList<Operation> operations)
    {
        var write = new Write(operations);
        if (!_queue.Writer.TryWrite(write))
            write.TrySetCanceled();
        return write.Task;
    }

    /// <summary>Writes until the lock is lost; then every write that waits is cancelled.</summary>
    public async Task Run(CancellationToken lost)
    {
        var batch = new List<Write>();
        try
        {
            while (await _queue.Reader.WaitToReadAsync(lost))
            {
                Fill(batch);
                await Commit(batch, lost);
                batch.Clear();
            }
        }
        finally
        {
            _queue.Writer.TryComplete();
            batch.ForEach(write => write.TrySetCanceled(CancellationToken.None));
            while (_queue.Reader.TryRead(out var write))
                write.TrySetCanceled(CancellationToken.None);
        }
    }

    private void Fill(List<Write> batch)
    {
        var keys = new HashSet<StoreKey>();
        var (operations, bytes) = (0, 0);
        while (_queue.Reader.TryPeek(out var next))
        {
            // Two writes of one key go one after the other, in their order.
            if (batch.Count > 0
                && (operations + next.Operations.Count > MaxOperations
                    || bytes + next.Bytes > MaxBytes
                    || next.Operations.Any(operation => !operation.Range.IsSingle || keys.Contains(operation.Range.Start))))
                return;
            _queue.Reader.TryRead(out _);
            batch.Add(next);
            operations += next.Operations.Count;
            bytes += next.Bytes;
            foreach (var operation in next.Operations)
            {
                keys.Add(operation.Range.Start);
                // A range may hold any key: it goes alone.
                if (!operation.Range.IsSingle)
                    return;
            }
        }
    }

    private async Task Commit(List<Write> batch, CancellationToken lost)
    {
        var transaction = new Transaction([_fence], [.. batch.SelectMany(write => write.Operations)]);
        for (var delay = FirstRetry; ; delay = delay * 2 < LongestRetry ? delay * 2 : LongestRetry)
        {
            lost.ThrowIfCancellationRequested();
            try
            {
                var result = await _store.Commit(transaction, lost);
                if (!result.Succeeded)
                    throw new OperationCanceledException("The lock was lost.");
                batch.ForEach(write => write.TrySetResult());
                return;
            }
            catch (StoreRejectedException) when (batch.Count > 1)
            {
                foreach (var write in batch)
                    await Commit([write], lost);
                return;
            }
            catch (StoreRejectedException error)
            {
                batch[0].TrySetException(error);
                return;
            }
            catch (StoreException error)
            {
                LogWriteFailed(error.Message);
            }
            await Task.Delay(delay, _time, lost);
        }
    }

    private sealed class Write(IReadOnlyList<Operation> operations)
        : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public IReadOnlyList<Operation> Operations { get; } = operations;

        public int Bytes { get; } = Transaction.Of(operations).Bytes;
    }
}
