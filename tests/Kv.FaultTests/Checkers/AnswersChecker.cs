using System.Text.RegularExpressions;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>
/// Every call ends, and every watch is answered and sends an event, within its bound (<see cref="Bounds"/>); a failure
/// of the store is 503, 504 or 507; every error is a problem; the log of the replica has the trace id of each 5xx; and
/// no call that is well formed is refused as malformed.
/// </summary>
internal sealed partial class AnswersChecker : IChecker
{
    // A killed process loses the log lines that it has not written yet.
    private const long LongestUnwritten = 5_000_000;

    public IEnumerable<string> Check(Evidence evidence)
    {
        var bounds = new Bounds(evidence);
        var faults = evidence.All<Fault>();
        var traces = evidence.All<LogLine>()
            .SelectMany(line => Trace().Matches(line.Message).Select(match => (line.Replica, match.Groups[1].Value)))
            .ToHashSet();
        foreach (var asked in evidence.Calls.Select(Asked.Of).Concat(evidence.All<WatchConnection>().Select(Asked.Of)))
        {
            var lasted = asked.End - asked.Start - asked.Waits;
            if (bounds.IsTooLong(lasted, asked.Replica, asked.Start, asked.End))
                yield return $"took {CallText.Time(lasted)} s: {asked.Text()}";
            if (asked.Answer is not { Status: >= 400 } answer)
                continue;
            if (answer.Status >= 500 && answer.Status is not (503 or 504 or 507))
                yield return $"answered {answer.Status}: {asked.Text()}";
            // An answer to HEAD has no body.
            if (!answer.IsProblem && !asked.IsHead)
                yield return $"answered {answer.Status} without a problem: {asked.Text()}";
            if (answer.Status >= 500 && !asked.IsHead)
            {
                if (answer.TraceId is not { } trace)
                    yield return $"answered {answer.Status} without a trace id: {asked.Text()}";
                else if (!traces.Contains((asked.Replica, trace)) && !faults.Any(fault => LosesLog(fault, asked)))
                    yield return $"the log of {asked.Replica} does not have the trace id {trace}: {asked.Text()}";
            }
            if (answer.Status == 400)
                yield return $"refused as malformed ({answer.Error}): {asked.Text()}";
        }
        foreach (var watch in evidence.All<WatchConnection>())
            if (
                watch.LongestSilence is { } silence
                    && bounds.IsTooLong(silence.To - silence.From, watch.Replica, silence.From, silence.To))
                yield return $"silent for {CallText.Time(silence.To - silence.From)} s from "
                    + $"{CallText.Time(silence.From)}: {CallText.Of(watch)}";
    }

    private static bool LosesLog(Fault fault, Asked asked) =>
        fault.Kind is Fault.Kill or Fault.Terminate or Fault.TornLog
        && fault.Target == asked.Replica && fault.Start <= asked.End + LongestUnwritten && fault.End >= asked.Start;

    [GeneratedRegex(@"\(trace ([^)]+)\)")]
    private static partial Regex Trace();

    // A call, or the opening of a watch.
    private sealed record Asked(string Replica, long Start, long End, Func<string> Text)
    {
        public Answer? Answer { get; init; }

        public long Waits { get; init; }

        public bool IsHead { get; init; }

        public static Asked Of(Call call) => new(call.Replica, call.Start, call.End, () => CallText.Of(call))
        {
            Answer = call.Answer,
            Waits = (call.WaitSeconds ?? 0) * 1_000_000L,
            IsHead = call.IsHead,
        };

        public static Asked Of(WatchConnection watch) =>
            new(watch.Replica, watch.Start, watch.AnsweredAt ?? watch.End, () => CallText.Of(watch))
            {
                Answer = watch.Refusal,
            };
    }
}
