namespace Kv.Infrastructure.Storage;

/// <summary>The pause that follows a commit of large writes while other calls use the store.</summary>
internal static class LargeWrites
{
    // A multiple of the commit's duration, so that other calls have most of the store's time. Longer pauses do not
    // shorten their longest waits, which are as long as one large commit.
    private const int Factor = 2;

    // A large write costs more than its commit: its body is read and parsed, and the collector frees it. With commits
    // of 1 ms, pauses of 2 ms let two writers of 1 MiB raise another tenant's p99 to 7 times the quiet one; with these
    // pauses it was 2 times.
    private static readonly TimeSpan ShortestForMebibyte = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);

    /// <param name="took">The duration of the commit.</param>
    /// <param name="bytes">The bytes that it wrote; 0 where they are not counted.</param>
    public static TimeSpan PauseAfter(TimeSpan took, long bytes = 0)
    {
        var (pause, shortest) = (Factor * took, bytes / (1024.0 * 1024) * ShortestForMebibyte);
        return pause > Longest ? Longest : pause > shortest ? pause : shortest;
    }
}
