namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// Lease ids that carry their deadline: a fixed tag in the high 29 bits and the second of Unix time in the low 34.
/// Keys that expire in the same second share one lease, and a read takes the deadline from the entry alone.
/// </summary>
internal static class LeaseId
{
    private const int DeadlineBits = 34;
    private const long DeadlineMask = (1L << DeadlineBits) - 1;

    // An id that etcd chooses starts with bits of a member's id and of the time. It has this tag with a probability of
    // one in 2^29.
    private const long Tag = 0x0B5F_3C7A;

    /// <summary>The id before the first tagged id.</summary>
    public const long BeforeFirst = (Tag << DeadlineBits) - 1;

    /// <exception cref="ArgumentOutOfRangeException">
    /// The deadline does not fit: it is negative or after the year 2514.
    /// </exception>
    public static long FromDeadline(long deadline)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(deadline);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(deadline, DeadlineMask);
        return (Tag << DeadlineBits) | deadline;
    }

    public static bool IsOurs(long leaseId) => leaseId >> DeadlineBits == Tag;

    public static long DeadlineOf(long leaseId) => leaseId & DeadlineMask;
}
