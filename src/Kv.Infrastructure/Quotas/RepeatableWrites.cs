using Kv.Domain.Idempotency;
using Kv.Domain.Tenants;

namespace Kv.Infrastructure.Quotas;

/// <summary>
/// The writes under way that may be repeated, with what is set aside for them. One that comes again meanwhile needs no room of its own:
/// the store does only one of them, and answers the others alike. The lock of <see cref="UsageTotals"/> guards it.
/// </summary>
internal sealed class RepeatableWrites
{
    private readonly Dictionary<(Tenant, string), SharedReservation> _underWay = [];

    /// <summary>Takes part in what is set aside for the same request, where that is under way.</summary>
    public bool TryJoin(Tenant tenant, IdempotentRequest? request, out Reservation reservation)
    {
        reservation = default;
        if (request is null || !_underWay.TryGetValue((tenant, request.Key), out var shared) || !shared.IsFor(request))
            return false;
        shared.Users++;
        reservation = new Reservation(shared.Account, shared.Held, shared);
        return true;
    }

    /// <summary>What is set aside for an account, shared with whoever makes the same request until it is done.</summary>
    public Reservation Open(Account account, Held held, IdempotentRequest? request)
    {
        if (request is null)
            return new Reservation(account, held);
        var shared = new SharedReservation(account, held, request);
        // Under the same name another request may be under way, which is none to share with.
        return _underWay.TryAdd((account.Tenant, request.Key), shared)
            ? new Reservation(account, held, shared)
            : new Reservation(account, held);
    }

    /// <summary>A write is done. What it shares is settled by the first that tells of a revision, or by the last.</summary>
    /// <returns>Whether what was set aside for it is to be settled now.</returns>
    public bool Leave(Reservation reservation, long revision)
    {
        if (reservation.Shared is not { } shared)
            return true;
        shared.Users--;
        if (shared.IsSettled || (revision == 0 && shared.Users > 0))
            return false;
        shared.IsSettled = true;
        _underWay.Remove((shared.Account.Tenant, shared.Request.Key));
        return true;
    }
}

/// <summary>What is set aside for one request, however often it is under way.</summary>
internal sealed class SharedReservation(Account account, Held held, IdempotentRequest request)
{
    public Account Account { get; } = account;

    public Held Held { get; } = held;

    public IdempotentRequest Request { get; } = request;

    /// <summary>How many of it are under way.</summary>
    public int Users { get; set; } = 1;

    public bool IsSettled { get; set; }

    public bool IsFor(IdempotentRequest other) => Request.Fingerprint.Span.SequenceEqual(other.Fingerprint.Span);
}
