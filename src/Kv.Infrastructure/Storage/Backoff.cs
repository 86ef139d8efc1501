namespace Kv.Infrastructure.Storage;

/// <summary>How long to wait before a call of the store is repeated.</summary>
internal static class Backoff
{
    private static readonly TimeSpan Max = TimeSpan.FromSeconds(2);

    /// <param name="failures">How many times the call failed in a row before this failure.</param>
    public static TimeSpan After(int failures)
    {
        var delay = TimeSpan.FromMilliseconds(50 << Math.Min(failures, 6));
        return delay < Max ? delay : Max;
    }

    /// <summary>Makes a call and repeats it, without a limit, while it fails with an error of one type.</summary>
    /// <param name="call">The call.</param>
    /// <param name="time">The clock.</param>
    /// <param name="hasFailed">Receives the first failure.</param>
    /// <param name="cancellationToken">Ends the repetition.</param>
    public static async Task<T> Insist<T, TError>(
        Func<Task<T>> call, TimeProvider time, Action<TError>? hasFailed, CancellationToken cancellationToken)
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
                    hasFailed?.Invoke(error);
                await Task.Delay(After(failures), time, cancellationToken);
            }
        }
    }
}
