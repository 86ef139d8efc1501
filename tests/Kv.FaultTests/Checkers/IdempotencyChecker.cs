using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>
/// A request that is repeated under its <c>Idempotency-Key</c> is done once, and answered alike every time.
/// </summary>
/// <remarks>That the store has its writes once is a matter of <see cref="WritesChecker"/>.</remarks>
internal sealed class IdempotencyChecker : IChecker
{
    public IEnumerable<string> Check(Evidence evidence)
    {
        foreach (var request in evidence.Requests.Where(request => request.Asked.IdempotencyKey is not null))
        {
            var done = request.Calls.Where(call => call is { Outcome: CallOutcome.Ok, Answer.Status: < 300 }).ToList();
            var firsts = done.Where(call => !call.Answer!.IsReplayed).ToList();
            if (firsts.Count > 1)
                yield return $"done {firsts.Count} times under one Idempotency-Key: "
                    + $"{CallText.Some(firsts, CallText.Of)}";
            if (done.Find(call => AnswerOf(call) != AnswerOf(done[0])) is { } other)
                yield return $"answered differently under one Idempotency-Key: {CallText.Of(done[0])} and "
                    + $"{CallText.Of(other)}";
            if (done is [{ Answer.IsReplayed: true } replay, ..] && request.Calls[0] == replay)
                yield return $"answered as a repeat, and was the first: {CallText.Of(replay)}";
        }
    }

    private static (int, long?, long?, bool?, string) AnswerOf(Call call)
    {
        var answer = call.Answer!;
        var keys = answer.Keys.Select(key => $"{key.Key} {key.Status} {key.ETag} {key.ExpireAt}");
        return (answer.Status, answer.Revision, answer.ETag, answer.Succeeded, string.Join(';', keys));
    }
}
