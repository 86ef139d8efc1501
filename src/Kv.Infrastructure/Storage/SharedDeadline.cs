namespace Kv.Infrastructure.Storage;

/// <summary>Deadlines that need not be exact: they are rounded up, so that many entries share a lease.</summary>
internal static class SharedDeadline
{
    /// <summary>A moment rounded up to the next multiple of a step, in seconds of Unix time.</summary>
    public static long After(DateTimeOffset moment, long stepSeconds) =>
        (moment.ToUnixTimeSeconds() / stepSeconds + 1) * stepSeconds;
}
