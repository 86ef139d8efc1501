namespace Kv.Infrastructure.Storage;

/// <summary>How long to leave the store alone before it is asked again.</summary>
internal static class Backoff
{
    private static readonly TimeSpan Max = TimeSpan.FromSeconds(2);

    /// <param name="failures">How often it has failed in a row before this time.</param>
    public static TimeSpan After(int failures)
    {
        var delay = TimeSpan.FromMilliseconds(50 << Math.Min(failures, 6));
        return delay < Max ? delay : Max;
    }
}
