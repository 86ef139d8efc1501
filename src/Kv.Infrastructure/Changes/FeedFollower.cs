namespace Kv.Infrastructure.Changes;

/// <summary>
/// The single loop that follows the store's feed of changes. The engine replaces lost connections within a watch. When
/// a watch ends, its reader decides whether the next one begins, where, and when.
/// </summary>
internal sealed class FeedFollower(IStore store, TimeProvider time)
{
    /// <inheritdoc cref="IStore.Epoch"/>
    public Epoch Epoch => store.Epoch;

    /// <summary>Reads the feed for a reader, until the reader ends it.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async Task Follow(IFeedReader reader, CancellationToken cancellationToken)
    {
        for (var failures = 0; ; failures++)
        {
            TimeSpan? pause;
            try
            {
                var (epoch, range, after, sizesOnly) = await reader.Position(cancellationToken);
                await foreach (var set in store.Watch(epoch, range, after + 1, sizesOnly, cancellationToken))
                {
                    if (!await reader.Read(set, cancellationToken))
                        break;
                    failures = 0;
                }
                pause = reader.Ended(new FeedEnd(null, failures));
            }
            catch (Exception error)
            {
                cancellationToken.ThrowIfCancellationRequested();
                pause = reader.Ended(new FeedEnd(error, failures));
                if (pause is null)
                    throw;
            }
            if (pause is not { } wait)
                return;
            cancellationToken.ThrowIfCancellationRequested();
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, time, cancellationToken);
        }
    }
}
