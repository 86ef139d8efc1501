using System.Reflection;
using Kv.FaultTests.Checkers.Testing;
using Kv.FaultTests.History;
using Kv.Infrastructure.Storage;
using Microsoft.Extensions.Logging;
using NUnit.Framework.Constraints;

namespace Kv.FaultTests.Checkers;

public sealed class AnswersCheckerTests
{
    private static readonly AnswersChecker Checker = new();

    [TestCase(503, true, null)]
    [TestCase(507, true, null)]
    [TestCase(504, true, null)]
    [TestCase(500, true, "answered 500")]
    [TestCase(502, true, "answered 502")]
    [TestCase(503, false, "without a problem")]
    [TestCase(404, false, "without a problem")]
    [TestCase(400, true, "malformed")]
    public void Failures_of_the_store_must_be_503_504_or_507_and_problems(int status, bool isProblem, string? fault)
    {
        var run = new RunBuilder();
        run.Add(run.New(CallKind.Get, (0, 1), CallOutcome.Failed) with
        {
            Answer = new Answer { Status = status, IsProblem = isProblem, TraceId = "a1" },
        }).Add(new LogLine("replica-0", 1, "Information", "Kv", "GET was answered (trace a1)"));

        Constraint expected = fault is null ? Is.Empty : Has.Exactly(1).Contains(fault).And.Contains("#1");
        Assert.That(run.Judged(Checker), expected);
    }

    [Test]
    public void A_trace_id_of_a_5xx_answer_is_in_the_log_of_its_replica()
    {
        RunBuilder Failed(string? traceId)
        {
            var run = new RunBuilder()
                .Add(new LogLine("replica-1", 1, "Information", "Kv", "GET was answered 503: away (trace a1)"));
            return run.Add(run.New(CallKind.Get, (0, 1), CallOutcome.Failed) with
            {
                Answer = new Answer { Status = 503, IsProblem = true, TraceId = traceId },
            });
        }

        Assert.That(Failed(null).Judged(Checker), Has.Exactly(1).Contains("without a trace id"));
        Assert.That(Failed("a1").Judged(Checker), Has.Exactly(1).Contains("does not have the trace id a1"));
        Assert.That(Failed("a1").Add(new Fault(Fault.Kill, "replica-0", 2, 3)).Judged(Checker), Is.Empty);
        Assert.That(
            Failed("a1").Add(new Fault(Fault.Kill, "replica-1", 2, 3)).Judged(Checker),
            Has.Exactly(1).Contains("trace id"));
    }

    [Test]
    public void A_call_that_takes_too_long_is_found_unless_its_replica_is_stopped()
    {
        RunBuilder Slow()
        {
            var run = new RunBuilder();
            return run.Add(run.New(CallKind.Get, (0, 9_000_000), CallOutcome.Failed) with { Failure = "timeout" });
        }

        Assert.That(Slow().Judged(Checker), Has.Exactly(1).Contains("took 9"));
        Assert.That(
            Slow().Add(new Fault(Fault.Stop, "replica-1", 0, 8_000_000)).Judged(Checker),
            Has.Exactly(1).Contains("took 9"));
        Assert.That(Slow().Add(new Fault(Fault.Stop, "replica-0", 0, 8_000_000)).Judged(Checker), Is.Empty);
    }

    [TestCase(9, 1, "took 9")]
    [TestCase(9, 2, null)]
    [TestCase(17, 2, "took 17")]
    [TestCase(25, 30, "took 25")]
    public void The_time_limit_grows_with_the_load_of_the_machine_up_to_three_times(
        int seconds, double load, string? fault)
    {
        var run = new RunBuilder();
        run.Add(run.New(CallKind.Get, (0, seconds * 1_000_000), CallOutcome.Failed) with { Failure = "timeout" })
            .Add(new MachineLoad(1_000_000, load)).Add(new MachineLoad(2_000_000, load))
                .Add(new MachineLoad(60_000_000, PerProcessor: 100));

        Assert.That(run.Judged(Checker), fault is null ? Is.Empty : (Constraint)Has.Exactly(1).Contains(fault));
    }

    [Test]
    public void A_refused_watch_is_judged_like_a_refused_call()
    {
        Assert.That(Watched(1, new Answer { Status = 500, IsProblem = true, TraceId = "a1" }),
            Has.Some.Contains("answered 500: watch w").And.Some.Contains("does not have the trace id a1: watch w"));
        Assert.That(Watched(1, new Answer { Status = 503 }), Has.Some.Contains("without a problem: watch w"));
        Assert.That(Watched(1, new Answer { Status = 410, IsProblem = true }), Is.Empty);
    }

    [Test]
    public void A_watch_that_begins_late_or_falls_silent_is_found_unless_its_replica_is_stopped()
    {
        var stop = new Fault(Fault.Stop, "replica-0", 1, 8_000_000);

        Assert.That(Watched(9_000_000), Has.Exactly(1).Contains("took 9"));
        Assert.That(Watched(9_000_000, null, null, stop), Is.Empty);
        Assert.That(Watched(1, silence: new Silence(2, 7_000_000)), Is.Empty);
        Assert.That(Watched(1, silence: new Silence(2, 9_000_002)), Has.Exactly(1).Contains("silent for 9"));
        Assert.That(Watched(1, silence: new Silence(2, 9_000_002), more: stop), Is.Empty);
    }

    private static IReadOnlyList<string> Watched(
        long answeredAt, Answer? refusal = null, Silence? silence = null, params HistoryRecord[] more)
    {
        var run = new RunBuilder().Add(new WatchConnection
        {
            Watch = "w",
            Number = 0,
            Replica = "replica-0",
            Start = 0,
            End = 10_000_000,
            Status = refusal?.Status ?? 200,
            AnsweredAt = answeredAt,
            Refusal = refusal,
            LongestSilence = silence,
        });
        foreach (var record in more)
            run.Add(record);
        return run.Judged(Checker);
    }

    [Test]
    public void The_time_limit_grows_by_the_wait_that_a_call_asks_for()
    {
        var run = new RunBuilder();
        run.Add(run.New(CallKind.Get, (0, 9_000_000), CallOutcome.Failed) with { WaitSeconds = 2 });

        Assert.That(run.Judged(Checker), Is.Empty);
    }
}

public sealed class LogCheckerTests
{
    private static readonly LogChecker Checker = new();

    [Test]
    public void An_error_in_the_log_is_found_and_a_warning_is_not()
    {
        var run = new RunBuilder()
            .Add(new LogLine("replica-0", 1, "Warning", "Kv.Store", "etcd is away"))
            .Add(new LogLine("replica-1", 2, "Error", "Kv.Api", "A fault in Kv", "System.Exception: x\n at y"));

        Assert.That(
            run.Judged(Checker),
            Has.Exactly(1).Contains("replica-1").And.Contains("A fault in Kv").And.Contains("System.Exception: x)"));
    }

    [Test]
    public void Only_compaction_may_lose_changes()
    {
        var lost = new LogLine(
            "replica-0", 5, "Warning", "Kv",
            "The store has compacted the changes after revision 4 and through 7 before they were read. And so on");

        Assert.That(
            new RunBuilder().Add(lost).Judged(Checker), Has.Exactly(1).Contains("although nothing was compacted"));
        Assert.That(
            new RunBuilder().Add(lost).Add(new Fault(Fault.Compact, "etcd", 1, 1, "7")).Judged(Checker), Is.Empty);
    }

    // The checkers read the log of the program, whose messages may be reworded.
    [Test]
    public void Lost_changes_are_recognized_in_the_message_of_the_program()
    {
        var message = typeof(StoreOptions).Assembly.GetType("Kv.Infrastructure.Dispatching.Leading.LostChanges")!
            .GetMethod("LogLost", BindingFlags.Instance | BindingFlags.NonPublic)!
            .GetCustomAttribute<LoggerMessageAttribute>()!.Message
            .Replace("{After}", "4", StringComparison.Ordinal).Replace("{Through}", "7", StringComparison.Ordinal);

        Assert.That(
            LostRevisions.Of(new LogLine("replica-0", 5, "Warning", "Kv", message)),
            Is.EqualTo(new LostRevisions(4, 7, 5)));
    }
}

public sealed class IdempotencyCheckerTests
{
    private static readonly IdempotencyChecker Checker = new();

    [Test]
    public void A_repeat_has_the_same_answer_and_is_marked_as_a_repeat()
    {
        Assert.That(Repeated(5, isReplayed: true), Is.Empty);
        Assert.That(
            Repeated(6, isReplayed: true),
            Has.Exactly(1).Contains("answered differently").And.Contains("#1").And.Contains("#2"));
        Assert.That(Repeated(5, isReplayed: false), Has.Exactly(1).Contains("done 2 times"));
    }

    [Test]
    public void A_first_request_is_not_marked_as_a_repeat()
    {
        var run = new RunBuilder();
        run.Add(Post(run, 5) with { Answer = RunBuilder.Answered(201, 5, 5) with { IsReplayed = true } });

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("was the first"));
    }

    private static IReadOnlyList<string> Repeated(long revision, bool isReplayed)
    {
        var run = new RunBuilder();
        run.Add(Post(run, 5)).Add(Post(run, revision) with
        {
            Start = 2,
            End = 3,
            Answer = RunBuilder.Answered(201, revision, revision) with { IsReplayed = isReplayed },
        });
        return run.Judged(Checker);
    }

    private static Call Post(RunBuilder run, long revision) => run.New(CallKind.Post, (0, 1), CallOutcome.Ok) with
    {
        IdempotencyKey = "i",
        Operations = [new KeyOperation(OperationKind.Set, "k", "a")],
        Answer = RunBuilder.Answered(201, revision, revision),
    };
}

public sealed class ExpiryCheckerTests
{
    private const long Second = 1_000_000;

    private static readonly ExpiryChecker Checker = new();

    [Test]
    public void A_key_that_is_shown_until_it_expires_is_right()
    {
        var run = new RunBuilder()
            .Put("k", "a", (0, 10), revision: 5, ttl: 2, expireAt: RunBuilder.StartSecond + 2)
            .Get("k", (Second, 2 * Second), "a", 5, revision: 5, RunBuilder.StartSecond + 2)
            .Changed(5, "k", "a", RunBuilder.StartSecond + 2).Changed(6, "k", null)
            .Get("x", (2 * Second, 2 * Second + 1), null, null, revision: 6);

        Assert.That(run.Judged(Checker), Is.Empty);
    }

    [Test]
    public void A_key_that_is_shown_after_it_expired_is_found()
    {
        var run = new RunBuilder()
            .Get("k", (3 * Second, 3 * Second + 1), "a", 5, revision: 5, RunBuilder.StartSecond + 2);

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("#1").And.Contains("1.000000 s before"));
    }

    [TestCase(2L, 5L, "given until")]
    [TestCase(2L, 1L, "given until")]
    [TestCase(2L, null, "given none")]
    [TestCase(null, 5L, "no time to live")]
    public void A_key_with_another_time_to_live_than_requested_is_found(long? ttl, long? given, string fault)
    {
        var run = new RunBuilder()
            .Put("k", "a", (0, 10), revision: 5, ttl: ttl, expireAt: RunBuilder.StartSecond + given);

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains(fault));
    }

    [Test]
    public void A_key_that_is_removed_too_early_is_found()
    {
        var run = new RunBuilder()
            .Changed(5, "k", "a", RunBuilder.StartSecond + 2).Changed(6, "k", null)
            .Get("x", (Second, Second + 1), null, null, revision: 6);

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("'k' removed at revision 6").And.Contains("#1"));
    }
}

public sealed class AccountsCheckerTests
{
    private static readonly AccountsChecker Checker = new();

    [Test]
    public void An_audit_with_a_record_of_each_change_is_right() =>
        Assert.That(Audited((5, "set", "k"), (6, "set", "é"), (7, "delete", "k")), Is.Empty);

    [Test]
    public void A_change_without_a_record_is_found() =>
        Assert.That(Audited((5, "set", "k"), (7, "delete", "k")), Has.Exactly(1).Contains("has no record of 'é'"));

    [Test]
    public void A_record_without_a_change_is_found() => Assert.That(
        Audited((5, "set", "k"), (6, "set", "é"), (7, "delete", "k"), (8, "set", "k")),
        Has.Exactly(1).Contains("no change of it"));

    [Test]
    public void Two_records_of_one_change_are_found() => Assert.That(
        Audited((5, "set", "k"), (5, "set", "k"), (6, "set", "é"), (7, "delete", "k")),
        Has.Exactly(1).Contains("has 2 records"));

    [Test]
    public void A_logged_removal_of_a_full_store_may_lack_one_record()
    {
        var (name, app) = (RunBuilder.Tenant.Split('/')[0], RunBuilder.Tenant.Split('/')[1]);
        var run = Store().With(info => info with { IsAudited = true })
            .Changed(8, "k", "b").Changed(9, "k", null).Delete("k", (0, 1), revision: 9)
            .Add(new AuditReading(RunBuilder.Tenant, 5, [new AuditedKey("set", "k")]))
            .Add(new AuditReading(RunBuilder.Tenant, 6, [new AuditedKey("set", "é")]))
            .Add(new AuditReading(RunBuilder.Tenant, 8, [new AuditedKey("set", "k")]))
            .Add(new LogLine(
                "replica-0", 1, "Warning", "Kv.Audit",
                $"The store has no room for an audit record: delete k of ({name}, {app}) was done without one"));

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("has no record of"));
    }

    [TestCase(5, 1, 3, true)]
    [TestCase(6, 2, 6, true)]
    [TestCase(7, 1, 3, true)]
    [TestCase(7, 2, 6, false)]
    public void The_usage_equals_the_contents_of_the_store(long revision, long keys, long bytes, bool isRight)
    {
        var run = Store().Add(new UsageReading(1, "replica-0", RunBuilder.Tenant, revision, keys, bytes));

        Constraint expected = isRight ? Is.Empty : Has.Exactly(1).Contains("the store had 1 and 3");
        Assert.That(run.Judged(Checker), expected);
    }

    private static IReadOnlyList<string> Audited(params (long Revision, string Operation, string Key)[] records)
    {
        var run = Store().With(info => info with { IsAudited = true });
        foreach (var (revision, operation, key) in records)
            run.Add(new AuditReading(RunBuilder.Tenant, revision, [new AuditedKey(operation, key)]));
        return run.Judged(Checker);
    }

    private static RunBuilder Store() => new RunBuilder()
        .Changed(5, "k", "ab").Changed(6, "é", "x").Changed(7, "k", null).Delete("k", (0, 1), revision: 7);
}
