using Kv.Domain.Quotas;

namespace Kv.Infrastructure.Quotas;

/// <summary>The usage of a tenant. The lock of <see cref="UsageTotals"/> guards it.</summary>
internal sealed class TenantAccount(Tenant tenant)
{
    public Tenant Tenant { get; } = tenant;

    /// <summary>The usage according to the changes so far.</summary>
    public Usage Counted { get; set; }

    /// <summary>Reservations of this replica's writes whose changes have not arrived yet.</summary>
    public Reserved Reserved { get; set; }

    /// <summary>How many writes wait for an exact check.</summary>
    public int Waiting { get; set; }

    public bool IsEmpty => Counted == default && Reserved == default && Waiting == 0;
}

/// <summary>The usage reserved for writes until it is counted.</summary>
/// <param name="Exact">The growth of writes whose keys were read before.</param>
/// <param name="Estimated">The largest growth of the other writes: it is not known what they overwrite.</param>
/// <param name="Estimates">The number of the other writes.</param>
internal readonly record struct Reserved(Usage Exact, Usage Estimated, int Estimates)
{
    public Usage Sum => Exact + Estimated;

    public static Reserved operator +(Reserved one, Reserved other) =>
        new(one.Exact + other.Exact, one.Estimated + other.Estimated, one.Estimates + other.Estimates);

    public static Reserved operator -(Reserved one, Reserved other) =>
        new(one.Exact - other.Exact, one.Estimated - other.Estimated, one.Estimates - other.Estimates);
}

/// <summary>The reservation of one write; empty when its account is null.</summary>
/// <param name="Shared">The reservation that repetitions of the same request share.</param>
internal readonly record struct Reservation(
    TenantAccount? Account, Reserved Reserved, SharedReservation? Shared = null);

/// <summary>The reason why there is no room for a write.</summary>
/// <param name="Kind">The limit that it would exceed.</param>
internal readonly record struct Refusal(QuotaKind Kind, long Usage);
