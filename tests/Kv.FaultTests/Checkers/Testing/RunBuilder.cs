using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers.Testing;

/// <summary>
/// Makes small histories by hand. Times are microseconds, the run begins at second 1 000 of Unix time, and clocks agree
/// to the microsecond.
/// </summary>
internal sealed class RunBuilder
{
    public const long StartSecond = 1_000;
    public const string Tenant = "default/default";

    private static readonly RunInfo Standard = new()
    {
        Seed = 1,
        Engine = "etcd",
        Command = "none",
        StartedAt = DateTimeOffset.FromUnixTimeSeconds(StartSecond),
        CallBound = 8_000_000,
        ClockTolerance = 0,
    };

    private readonly RunHistory _history = new(Standard);
    private long _calls;

    public RunBuilder With(Func<RunInfo, RunInfo> change)
    {
        _history.Run = change(_history.Run);
        return this;
    }

    public RunBuilder Add(HistoryRecord record)
    {
        _history.Add(record);
        return this;
    }

    /// <summary>Adds a call of one operation, and numbers it.</summary>
    public RunBuilder Call(
        CallKind kind, (long Start, long End) time, KeyOperation operation, Answer answer,
        params KeyCondition[] conditions) =>
        Add(
            New(
                kind, time,
                CallOutcome.Ok) with
            { Operations = [operation], Answer = answer, Conditions = conditions });

    /// <summary>A call, to be completed and added.</summary>
    public Call New(CallKind kind, (long Start, long End) time, CallOutcome outcome) => new()
    {
        Id = ++_calls,
        Client = $"c{_calls}",
        Replica = "replica-0",
        Kind = kind,
        Start = time.Start,
        End = time.End,
        Outcome = outcome,
    };

    public RunBuilder Put(
        string key, string value, (long, long) time, long revision, KeyCondition? condition = null, long? ttl = null,
        long? expireAt = null) =>
        Call(
            CallKind.Put, time, new KeyOperation(OperationKind.Set, key, value, ttl),
            Answered(200, revision, revision, new KeyAnswer(key, 200, ETag: revision, ExpireAt: expireAt)),
            condition is null ? [] : [condition]);

    public RunBuilder PutRefused(
        string key, string value, (long, long) time, KeyCondition condition, long revision, long? found) =>
        Call(
            CallKind.Put, time, new KeyOperation(OperationKind.Set, key, value),
            Answered(412, revision, found) with { IsProblem = true }, condition);

    public RunBuilder PutUnknown(string key, string value, (long, long) time) =>
        Add(New(CallKind.Put, time, CallOutcome.Unknown) with
        {
            Operations = [new KeyOperation(OperationKind.Set, key, value)],
            Failure = "timeout",
        });

    public RunBuilder Get(
        string key, (long, long) time, string? value, long? etag, long revision, long? expireAt = null) => Call(
        CallKind.Get, time, new KeyOperation(OperationKind.Get, key),
        value is null
            ? Answered(404, revision, null) with { IsProblem = true }
            : Answered(200, revision, etag, new KeyAnswer(key, 200, value, etag, expireAt)));

    public RunBuilder Delete(string key, (long, long) time, long revision) =>
        Call(CallKind.Delete, time, new KeyOperation(OperationKind.Delete, key), Answered(204, revision, null));

    public RunBuilder DeleteUnknown(string key, (long, long) time) =>
        Add(New(CallKind.Delete, time, CallOutcome.Unknown) with
        {
            Operations = [new KeyOperation(OperationKind.Delete, key)],
            Failure = "reset",
        });

    /// <summary>Adds a change to the store's own history.</summary>
    public RunBuilder Changed(long revision, string key, string? value, long? expireAt = null) => Add(new StoredChange
    {
        Revision = revision,
        Space = "kv",
        Tenant = Tenant,
        Key = key,
        Value = value,
        IsRemoved = value is null,
        ExpireAt = expireAt,
    });

    /// <summary>The findings of a checker.</summary>
    public IReadOnlyList<string> Judged(IChecker checker) => [.. checker.Check(new Evidence(_history))];

    public static Answer Answered(int status, long? revision, long? etag, params KeyAnswer[] keys) =>
        new() { Status = status, Revision = revision, ETag = etag, Keys = keys };
}
