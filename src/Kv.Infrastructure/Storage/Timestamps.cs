namespace Kv.Infrastructure.Storage;

/// <summary>Timestamps of a clock.</summary>
internal static class Timestamps
{
    /// <summary>The timestamp that comes a while after now.</summary>
    public static long TimestampIn(this TimeProvider time, TimeSpan wait) =>
        time.GetTimestamp() + wait.Ticks * time.TimestampFrequency / TimeSpan.TicksPerSecond;
}
