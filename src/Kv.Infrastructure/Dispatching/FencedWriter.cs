using System.Threading.Channels;

namespace Kv.Infrastructure.Dispatching;

/// <summary>
/// Applies the leader's writes under the fence of its lock: a leader that was paused past its lease writes nothing.
/// Concurrent writes share a transaction. Their operations only set or delete, so that a write with an unknown outcome
/// can be repeated. The fence moves before the repetition, so that the first attempt cannot take effect after later
/// writes.
/// </summary>
internal sealed partial class FencedWriter(IStore store, Lead lead, TimeProvider time, ILogger<FencedWriter> logger)
{
    // etcd takes 128 operations in a transaction (--max-txn-ops), and requests of 1.5 MiB (--max-request-bytes).
    private const int MaxOperations = 64;
    private const int MaxBytes = 512 * 1024;

    private readonly Channel<Write> _queue = Channel.CreateUnbounded<Write>(new() { SingleReader = true });

    /// <summary>Completes when the operations are applied. They are applied together.</summary>
    /// <exception cref="OperationCanceledException">The lock is lost or released; nothing was written.</exception>
    /// <exception cref="StoreRejectedException">The store refuses the operations.</exception>
    public Task Apply(params IReadOnlyList<Operation> operations)
    {
        var write = new Write(operations);
        if (!_queue.Writer.TryWrite(write))
            write.TrySetCanceled();
        return write.Task;
    }

    /// <summary>Writes until the lock is lost, or the term ends; then every waiting write is cancelled.</summary>
    public async Task Run()
    {
        var batch = new List<Write>();
        try
        {
            while (await _queue.Reader.WaitToReadAsync(lead.Over))
            {
                Fill(batch);
                await Commit(batch);
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
            // Two writes of one key need separate transactions, in their order.
            if (batch.Count > 0
                && (operations + next.Operations.Count > MaxOperations
                    || bytes + next.Bytes > MaxBytes
                    || next.Operations.Any(
                        operation => !operation.Range.IsSingle || keys.Contains(operation.Range.Start))))
                return;
            _queue.Reader.TryRead(out _);
            batch.Add(next);
            operations += next.Operations.Count;
            bytes += next.Bytes;
            foreach (var operation in next.Operations)
            {
                keys.Add(operation.Range.Start);
                // A range may contain any key: it needs a transaction of its own.
                if (!operation.Range.IsSingle)
                    return;
            }
        }
    }

    private async Task Commit(List<Write> batch)
    {
        Operation[] operations = [.. batch.SelectMany(write => write.Operations)];
        var (mayApplyLate, isLogged) = (false, false);
        for (var failures = 0; ; failures++)
        {
            lead.Over.ThrowIfCancellationRequested();
            try
            {
                // The store may have been restored meanwhile, with an old copy of the lock. A read detects that, and
                // the lead is lost.
                if (failures > 0)
                    await store.Get(lead.Fence.Range.Start, ReadConsistency.Linearizable, lead.Over);
                if (mayApplyLate)
                    await lead.MoveFence();
                mayApplyLate = false;
                var result = await store.Commit(new Transaction([lead.Fence], operations), lead.Over);
                if (!result.Succeeded)
                    throw new OperationCanceledException("The lock was lost.");
                batch.ForEach(write => write.TrySetResult());
                return;
            }
            catch (StoreRejectedException) when (batch.Count > 1)
            {
                foreach (var write in batch)
                    await Commit([write]);
                return;
            }
            catch (StoreRejectedException error)
            {
                batch[0].TrySetException(error);
                return;
            }
            catch (StoreUnavailableException error)
            {
                // StoreAvailability logs the outage.
                mayApplyLate |= error.OutcomeUnknown;
            }
            catch (StoreException error)
            {
                if (!isLogged)
                    LogWriteFailed(error.Message);
                isLogged = true;
            }
            await Task.Delay(Backoff.After(failures), time, lead.Over);
        }
    }

    private sealed class Write(IReadOnlyList<Operation> operations)
        : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public IReadOnlyList<Operation> Operations { get; } = operations;

        public int Bytes { get; } = Transaction.Unconditional(operations).Bytes;
    }
}
