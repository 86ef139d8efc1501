namespace Kv.Infrastructure.Storage;

/// <summary>Deadlines that need not be exact: they are rounded up, so that many entries share a lease.</summary>
internal static class SharedDeadline
{
    /// <summary>The next whole step after a moment, in seconds of Unix time.</summary>
    public static long Behind(DateTimeOffset moment, long stepSeconds) =>
        (moment.ToUnixTimeSeconds() / stepSeconds + 1) * stepSeconds;
}
