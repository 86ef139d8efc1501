namespace Kv.Infrastructure.Storage;

/// <summary>The pause that follows a commit of large writes while other calls use the store.</summary>
internal static class LargeWrites
{
    // A multiple of the commit's duration, so that other calls have most of the store's time. Longer pauses do not
    // shorten their longest waits, which are as long as one large commit.
    private const int Factor = 2;

    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);

    /// <param name="took">The duration of the commit.</param>
    public static TimeSpan PauseAfter(TimeSpan took) => took < Longest / Factor ? Factor * took : Longest;
}
