using System.Diagnostics;

namespace Kv.Testing;

/// <summary>Waits for a condition, instead of for a time.</summary>
public static class Eventually
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Checks until the condition holds; fails the test when it does not in time.</summary>
    /// <param name="condition">
    /// The condition. An exception counts as "not yet", and the failure reports it when time is up. Do not assert in
    /// it: NUnit remembers a failed assertion even when it is caught.
    /// </param>
    /// <param name="because">The condition in words, for the failure's message.</param>
    /// <param name="timeout">
    /// How long to ask; null for 60 s. Only a failing test waits that long, or one on a busy machine.
    /// </param>
    public static async Task Holds(Func<Task<bool>> condition, string because, TimeSpan? timeout = null)
    {
        var limit = timeout ?? DefaultTimeout;
        var start = Stopwatch.GetTimestamp();
        Exception? last = null;
        do
        {
            try
            {
                if (await condition().WaitAsync(limit))
                    return;
                last = null;
            }
            catch (Exception e)
            {
                last = e;
            }
            await Task.Delay(Pause);
        }
        while (Stopwatch.GetElapsedTime(start) < limit);

        Assert.Fail($"Did not come to hold within {limit}: {because}{(last is null ? "" : $"\nLast error: {last}")}");
    }

    /// <inheritdoc cref="Holds(Func{Task{bool}}, string, TimeSpan?)"/>
    public static Task Holds(Func<bool> condition, string because, TimeSpan? timeout = null) =>
        Holds(() => Task.FromResult(condition()), because, timeout);
}
