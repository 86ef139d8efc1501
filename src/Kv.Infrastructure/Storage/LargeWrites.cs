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
    public static readonly TimeSpan EmbeddedPauseForMebibyte = TimeSpan.FromMilliseconds(20);

    // etcd copies the value several times, and its next commit to the disk holds up all calls. With pauses of twice the
    // commit's duration alone, the same p99 was 8 times the quiet one, and 6 times with these.
    public static readonly TimeSpan EtcdPauseForMebibyte = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);

    /// <param name="took">The duration of the commit.</param>
    /// <param name="bytes">The bytes that it wrote.</param>
    /// <param name="forMebibyte">The shortest pause for each MiB.</param>
    public static TimeSpan PauseAfter(TimeSpan took, long bytes, TimeSpan forMebibyte)
    {
        var (pause, shortest) = (Factor * took, bytes / (1024.0 * 1024) * forMebibyte);
        return pause > Longest ? Longest : pause > shortest ? pause : shortest;
    }
}
