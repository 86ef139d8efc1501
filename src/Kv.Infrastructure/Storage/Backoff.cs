namespace Kv.Infrastructure.Storage;

/// <summary>Repeats calls of the store, with pauses that grow.</summary>
internal static class Backoff
{
    private static readonly TimeSpan Max = TimeSpan.FromSeconds(2);

    /// <summary>The pause after a failure that follows the given number of failures in a row.</summary>
    public static TimeSpan After(int failures)
    {
        var delay = TimeSpan.FromMilliseconds(50 << Math.Min(failures, 6));
        return delay < Max ? delay : Max;
    }

    /// <summary>
    /// Makes a call and repeats it, without a limit, while it fails with an error of one type.
    /// <paramref name="firstFailed"/> receives the first failure.
    /// </summary>
    public static async Task<T> Retry<T, TError>(
        Func<Task<T>> call, TimeProvider time, Action<TError>? firstFailed, CancellationToken cancellationToken)
        where TError : Exception
    {
        for (var failures = 0; ; failures++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return await call();
            }
            catch (TError error)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (failures == 0)
                    firstFailed?.Invoke(error);
                await Task.Delay(After(failures), time, cancellationToken);
            }
        }
    }
}
