using Kv.Infrastructure.Changes;

namespace Kv.Infrastructure.Quotas;

/// <summary>
/// Waits for earlier changes before a write is refused: the tenant may just have deleted keys through another replica.
/// A watch does not report that it is up to date, so a mark is set when no change comes.
/// </summary>
internal sealed class UsageCatchUp(IStore store, KeyLayout layout, UsageTotals totals, TimeProvider time) : IDisposable
{
    // Other writes make a mark unnecessary. The delay also limits how often tenants without room cause a mark.
    private static readonly TimeSpan MarkAfter = TimeSpan.FromMilliseconds(50);

    // A watch may be cut off for longer; then the last known totals decide.
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
