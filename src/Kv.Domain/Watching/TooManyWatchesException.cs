namespace Kv.Domain.Watching;

/// <summary>The tenant has as many open watches and long polls on this replica as it may have.</summary>
/// <param name="most">The limit, <see cref="Limits.MaxWatches"/>.</param>
public sealed class TooManyWatchesException(int most) : Exception(
    $"This namespace and app may have {most} watches and long polls open at a time. "
    + "End one of them, or repeat this call later.")
{
    /// <summary>The most watches and long polls of a tenant.</summary>
    public int Most { get; } = most;
}
