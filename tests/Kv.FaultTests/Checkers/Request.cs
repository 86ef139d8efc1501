using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>
/// A request of a client: one call, or all calls under one <c>Idempotency-Key</c>, which together have the effect of
/// one.
/// </summary>
internal sealed class Request
{
    private Request(IReadOnlyList<Call> calls)
    {
        Calls = calls;
        Done = calls.Where(IsDone).MinBy(call => call.End);
        var attempts = calls.Where(call => IsDone(call) || call.Outcome == CallOutcome.Unknown).ToList();
        MayBeDone = attempts.Count > 0;
        Start = MayBeDone ? attempts.Min(call => call.Start) : calls[0].Start;
        End = Done?.End ?? long.MaxValue;
    }

    public IReadOnlyList<Call> Calls { get; }

    /// <summary>The call that represents the request.</summary>
    public Call Asked => Done ?? Calls[0];

    /// <summary>The first call whose answer says that it is done; null when there is none.</summary>
    public Call? Done { get; }

    /// <summary>Whether it was done or its outcome is unknown.</summary>
    public bool MayBeDone { get; }

    /// <summary>From when on it may have been done.</summary>
    public long Start { get; }

    /// <summary>By when it was done; the end of time when that is unknown.</summary>
    public long End { get; }

    /// <summary>
    /// The calls whose answer says that nothing was done, since a condition did not hold or there was no such key.
    /// </summary>
    public IEnumerable<Call> Refused => Calls.Where(call => call.Outcome == CallOutcome.Ok && !IsDone(call));

    /// <summary>The requests of a run, in the order of their first calls.</summary>
    public static IReadOnlyList<Request> Of(IEnumerable<Call> calls) =>
    [
        .. calls
            .GroupBy(call => call.IdempotencyKey is { } key ? (call.Tenant, key) : (call.Tenant, $"#{call.Id}"))
            .Select(repeats => new Request([.. repeats.OrderBy(call => call.Start)])),
    ];

    private static bool IsDone(Call call) => call is { Outcome: CallOutcome.Ok, Answer.Status: < 300 };
}
