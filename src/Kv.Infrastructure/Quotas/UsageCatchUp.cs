using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Quotas;

/// <summary>
/// Waits, before a write is refused, for the changes that were made before it was asked for: the tenant may just have deleted something,
/// through whichever replica. A watch does not say that it has come to the present, so where no change comes a mark is set.
/// </summary>
internal sealed class UsageCatchUp(IStore store, KeyLayout layout, UsageTotals totals, TimeProvider time) : IDisposable
{
    // A store in which somebody writes needs no mark. It also bounds how often tenants that have no room left cost a write.
    private static readonly TimeSpan MarkAfter = TimeSpan.FromMilliseconds(50);

    // A watch that is cut off may stay so for long; then it is judged by what is known.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _marking = new(1);
    private long _marked;

    /// <summary>Waits until the changes have come through a revision, and nothing of an account is estimated; or for long enough.</summary>
    public async Task To(long revision, Account account, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            var caughtUp = totals.CaughtUp(account, revision, waiting.Token);
            if (await Task.WhenAny(caughtUp, Task.Delay(MarkAfter, time, waiting.Token)) != caughtUp)
                await Mark(revision, waiting.Token);
            await caughtUp;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Long enough.
        }
        finally
        {
            await waiting.CancelAsync();
        }
    }

    public void Dispose() => _marking.Dispose();

    // Those who wait at once share a mark.
    private async Task Mark(long revision, CancellationToken cancellationToken)
    {
        await _marking.WaitAsync(cancellationToken);
        try
        {
            if (_marked < revision && totals.Revision < revision)
            {
                var mark = new Operation.Put(layout.Mark(Guid.Empty), ReadOnlyMemory<byte>.Empty);
                _marked = (await store.Commit(Transaction.Of(mark), cancellationToken)).Revision;
            }
        }
        catch (StoreException)
        {
            // The change itself may come all the same.
        }
        finally
        {
            _marking.Release();
        }
    }
}
