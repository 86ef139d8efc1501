namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// Lease ids that carry their deadline: a fixed tag in the high 29 bits and the second of Unix time in the low 34.
/// Keys that expire in the same second share one lease, and a read knows the deadline from the entry alone.
/// </summary>
internal static class LeaseId
{
    private const int DeadlineBits = 34;
    private const long DeadlineMask = (1L << DeadlineBits) - 1;

    // Ids that etcd picks itself begin with bits of a member's id and of the time; the odds that one reads as this
    // tag are one in 2^29.
    private const long Tag = 0x0B5F_3C7A;

    /// <summary>Below every id of ours.</summary>
    public const long BeforeFirst = (Tag << DeadlineBits) - 1;

    /// <exception cref="ArgumentOutOfRangeException">The deadline does not fit: it is negative or after the year 2514.</exception>
    public static long Of(long deadline)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(deadline);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(deadline, DeadlineMask);
        return (Tag << DeadlineBits) | deadline;
    }

    public static bool IsOurs(long leaseId) => leaseId >> DeadlineBits == Tag;

    public static long DeadlineOf(long leaseId) => leaseId & DeadlineMask;
}
