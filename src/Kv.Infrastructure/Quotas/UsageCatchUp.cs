using Kv.Domain.Storage;
using Kv.Infrastructure.Changes;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Quotas;

/// <summary>
/// Waits, before a write is refused, for earlier changes: the tenant may just have deleted something through another
/// replica. A watch does not report that it has reached the present, so without a change a mark is set.
/// </summary>
internal sealed class UsageCatchUp(IStore store, KeyLayout layout, UsageTotals totals, TimeProvider time) : IDisposable
{
    // A store that is written to needs no mark. The delay also limits how often tenants without room cause a write.
    private static readonly TimeSpan MarkAfter = TimeSpan.FromMilliseconds(50);

    // A watch may stay cut off for long; then the last known totals decide.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Marks _marks = new(store, layout);
    private readonly SemaphoreSlim _marking = new(1);
    private Epoch? _epoch;
    private long _marked;

    /// <summary>
    /// Waits until the changes have arrived up to a revision and the account has no estimates, or until a timeout.
    /// </summary>
    public async Task WaitFor(long revision, TenantAccount account, CancellationToken cancellationToken)
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
            // The wait has timed out.
        }
        finally
        {
            await waiting.CancelAsync();
        }
    }

    public void Dispose() => _marking.Dispose();

    // Concurrent waits share a mark.
    private async Task Mark(long revision, CancellationToken cancellationToken)
    {
        await _marking.WaitAsync(cancellationToken);
        try
        {
            if (_epoch != store.Epoch)
                (_epoch, _marked) = (store.Epoch, 0);
            if (_marked < revision && totals.Revision < revision)
                _marked = await _marks.Set(cancellationToken);
        }
        catch (StoreException)
        {
            // The change itself may arrive without a mark.
        }
        finally
        {
            _marking.Release();
        }
    }
}
