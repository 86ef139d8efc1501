using Kv.Domain.Quotas;
using Kv.Domain.Tenants;

namespace Kv.Infrastructure.Quotas;

/// <summary>What is known of a tenant. The lock of <see cref="UsageTotals"/> guards it.</summary>
internal sealed class Account(Tenant tenant)
{
    public Tenant Tenant { get; } = tenant;

    /// <summary>What it has, by the changes that have come.</summary>
    public Usage Counted { get; set; }

    /// <summary>What this replica is writing, or has written without having seen the change yet.</summary>
    public Held Held { get; set; }

    /// <summary>How many writes wait to be judged exactly.</summary>
    public int Waiting { get; set; }

    public bool IsEmpty => Counted == default && Held == default && Waiting == 0;
}

/// <summary>What is set aside for writes until they are counted.</summary>
/// <param name="Exact">What they add, by what stood there when they were judged.</param>
/// <param name="Estimated">What others add at the most: nobody has looked whether they overwrite something.</param>
/// <param name="Estimates">How many those are.</param>
internal readonly record struct Held(Usage Exact, Usage Estimated, int Estimates)
{
    public Usage Sum => Exact + Estimated;

    public static Held operator +(Held one, Held other) =>
        new(one.Exact + other.Exact, one.Estimated + other.Estimated, one.Estimates + other.Estimates);

    public static Held operator -(Held one, Held other) =>
        new(one.Exact - other.Exact, one.Estimated - other.Estimated, one.Estimates - other.Estimates);
}

/// <summary>What is set aside for one write; nothing where its account is null.</summary>
/// <param name="Account">Whose it is.</param>
/// <param name="Held">What is set aside.</param>
/// <param name="Shared">Where it is one with that of others: they are the same request.</param>
internal readonly record struct Reservation(Account? Account, Held Held, SharedReservation? Shared = null);

/// <summary>Why there is no room for a write.</summary>
/// <param name="Kind">Which limit.</param>
/// <param name="Present">How much there is.</param>
internal readonly record struct Refusal(QuotaKind Kind, long Present);
