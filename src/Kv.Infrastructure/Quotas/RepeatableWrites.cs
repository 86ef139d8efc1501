using Kv.Domain.Idempotency;

namespace Kv.Infrastructure.Quotas;

/// <summary>
/// The idempotent writes in flight, with their reservations. A repetition of a request in flight needs no reservation
/// of its own: the store applies only one of them and answers all alike. The lock of <see cref="UsageTotals"/> guards
/// it.
/// </summary>
internal sealed class RepeatableWrites
{
    private readonly Dictionary<(Tenant, string), SharedReservation> _inFlight = [];

    /// <summary>Joins the reservation of the same request, if that is in flight.</summary>
    public bool TryJoin(Tenant tenant, IdempotentRequest? request, out Reservation reservation)
    {
        reservation = default;
        if (request is null || !_inFlight.TryGetValue((tenant, request.Key), out var shared)
            || !shared.Request.Fingerprint.Span.SequenceEqual(request.Fingerprint.Span))
            return false;
        shared.Users++;
        reservation = new Reservation(shared.Account, shared.Reserved, shared);
        return true;
    }

    /// <summary>Opens a reservation, which repetitions of the request share until it ends.</summary>
    public Reservation Open(TenantAccount account, Reserved reserved, IdempotentRequest? request)
    {
        if (request is null)
            return new Reservation(account, reserved);
        var shared = new SharedReservation(account, reserved, request);
        // Another request with the same key may be in flight; it does not share this reservation.
        return _inFlight.TryAdd((account.Tenant, request.Key), shared)
            ? new Reservation(account, reserved, shared)
            : new Reservation(account, reserved);
    }

    /// <summary>
    /// Ends a write. A shared reservation is ended by the first write with a revision, or else by the last.
    /// </summary>
    /// <returns>Whether the reservation ends now.</returns>
    public bool Leave(Reservation reservation, long revision)
    {
        if (reservation.Shared is not { } shared)
            return true;
        shared.Users--;
        if (shared.HasEnded || (revision == 0 && shared.Users > 0))
            return false;
        shared.HasEnded = true;
        _inFlight.Remove((shared.Account.Tenant, shared.Request.Key));
        return true;
    }
}

/// <summary>The reservation of one request, whatever the number of its repetitions.</summary>
internal sealed record SharedReservation(TenantAccount Account, Reserved Reserved, IdempotentRequest Request)
{
    /// <summary>How many of its repetitions are in flight.</summary>
    public int Users { get; set; } = 1;

    public bool HasEnded { get; set; }
}
