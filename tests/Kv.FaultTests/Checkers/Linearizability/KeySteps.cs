using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers.Linearizability;

/// <summary>Takes a run apart into the steps of each key's life.</summary>
internal sealed class KeySteps
{
    private readonly Dictionary<KeyName, List<KeyStep>> _steps = [];
    private readonly RunClock _clock;

    private KeySteps(RunClock clock) => _clock = clock;

    public static IReadOnlyDictionary<KeyName, List<KeyStep>> Of(IEnumerable<Request> requests, RunClock clock)
    {
        var steps = new KeySteps(clock);
        foreach (var request in requests)
            steps.Add(request);
        return steps._steps;
    }

    private void Add(Request request)
    {
        switch (request.Asked.Kind)
        {
            case CallKind.Get:
                AddRead(request.Asked);
                break;
            case CallKind.Put or CallKind.Post or CallKind.Patch or CallKind.Delete:
                AddWrite(request);
                break;
            case CallKind.Bulk:
                AddBulk(request.Asked);
                break;
            case CallKind.Import:
                AddImport(request);
                break;
            case CallKind.Transaction:
                AddTransaction(request);
                break;
        }
    }

    // Stale reads and reads of the past are only checked against the store's history.
    private void AddRead(Call call)
    {
        if (call is not { Outcome: CallOutcome.Ok, IsSerializable: false, AtRevision: null, Answer: { } answer })
            return;
        var key = call.Operations[0].Key;
        if (Sightings.OfRead(call) is { } seen)
            Add(call, key, [], [new KeyAction.See(seen)], answer.Revision);
        else if (answer.Status == 412 && call.Conditions is [var condition])
            Add(call, key, [(condition, false)], [], answer.Revision);
    }

    private void AddWrite(Request request)
    {
        var (call, operation) = (request.Asked, request.Asked.Operations[0]);
        if (request.MayBeDone)
        {
            var result = request.Done?.Answer is { } answer ? Sightings.Single(answer, operation.Key) : null;
            var isDelete = operation.Kind == OperationKind.Delete;
            Add(call.Tenant, operation.Key, new KeyStep(
                call, request.Start, request.End,
                [new KeyBranch([.. call.Conditions.Select(one => (one, true))], [Write(operation, result, request)])])
            {
                WriteRevision = isDelete ? null : result?.ETag,
                ReadRevision = isDelete ? request.Done?.Answer?.Revision : null,
            });
        }
        foreach (var refused in request.Refused)
            if (refused.Answer!.Status is 404 or 412)
                Add(
                    refused, operation.Key, Only(refused.Conditions, false), [See(refused.Answer.ETag)],
                    refused.Answer.Revision);
    }

    private void AddBulk(Call call)
    {
        for (var i = 0; i < call.Operations.Count; i++)
        {
            var operation = call.Operations[i];
            var result = call.Outcome == CallOutcome.Ok ? call.Answer!.Keys[i] : null;
            var conditions = operation.Condition is { } condition ? [condition] : (IReadOnlyList<KeyCondition>)[];
            if (operation.Kind == OperationKind.Get)
            {
                if (result?.Status is 200 or 404)
                    Add(call, operation.Key, [], [new KeyAction.See(Sightings.Of(result))], readRevision: null);
            }
            else if (
                result?.Status is 200 or 204 || result?.IsOutcomeUnknown == true || call.Outcome == CallOutcome.Unknown)
            {
                var isDone = result?.Status < 300;
                Add(call.Tenant, operation.Key, new KeyStep(
                    call, call.Start, isDone ? call.End : long.MaxValue,
                    [new KeyBranch(
                        [.. conditions.Select(one => (one, true))],
                            [Write(operation, isDone ? result : null, call.Start)])])
                {
                    WriteRevision = isDone ? result!.ETag : null,
                });
            }
            else if (result?.Status == 412)
            {
                Add(call, operation.Key, Only(conditions, false), [See(result.ETag)], readRevision: null);
            }
        }
    }

    private void AddImport(Request request)
    {
        if (!request.MayBeDone)
            return;
        foreach (var operation in request.Asked.Operations)
            Add(request.Asked.Tenant, operation.Key, new KeyStep(
                request.Asked, request.Start, request.End, Imports(request, operation)));
    }

    // An import that skips does not report which keys it found.
    private IReadOnlyList<KeyBranch> Imports(Request request, KeyOperation operation)
    {
        KeyAction[] write = [Write(operation, null, request.Start)];
        var absent = new KeyCondition(operation.Key, ConditionKind.Absent);
        return request.Asked.SkipsExisting
            ? [new KeyBranch([(absent, true)], write), new KeyBranch([(absent, false)], [])]
            : [new KeyBranch([], write)];
    }

    private void AddTransaction(Request request)
    {
        var call = request.Asked;
        if (request.Done?.Answer is { } answer)
        {
            var branch = answer.Succeeded == true ? call.Operations : call.Otherwise ?? [];
            foreach (var key in Keys(call.Conditions, branch))
            {
                var actions = branch.Index().Where(one => one.Item.Key == key)
                    .Select(one => Action(one.Item, answer.Keys[one.Index], request.Start)).ToList();
                var isSet = actions.Any(action => action is KeyAction.Set);
                Add(call.Tenant, key, new KeyStep(
                    call, request.Start, request.End,
                    [new KeyBranch(Compared(call, key, answer.Succeeded == true), actions)])
                {
                    WriteRevision = isSet ? answer.Revision : null,
                    ReadRevision = isSet ? null : answer.Revision,
                });
            }
        }
        else if (request.MayBeDone)
        {
            foreach (var key in Keys([], [.. call.Operations, .. call.Otherwise ?? []]))
                Add(call.Tenant, key, new KeyStep(
                    call, request.Start, request.End,
                    [
                        new KeyBranch(Compared(call, key, true), Writes(call.Operations, key, request.Start)),
                        new KeyBranch(Compared(call, key, false), Writes(call.Otherwise ?? [], key, request.Start)),
                    ]));
        }
        foreach (var refused in request.Refused.Where(refused => refused.Answer!.Status == 412))
            foreach (var key in Keys(refused.Conditions, []))
            {
                var found = refused.Answer!.Keys.FirstOrDefault(one => one.Key == key);
                Add(
                    refused, key, Compared(refused, key, false), found is null ? [] : [See(found.ETag)],
                    refused.Answer.Revision);
            }
    }

    private List<KeyAction> Writes(IEnumerable<KeyOperation> branch, string key, long start) =>
        [.. branch.Where(one => one.Key == key && one.Kind != OperationKind.Get)
            .Select(one => Write(one, null, start))];

    // If one of several compares does not hold, the answer does not say which.
    private static List<(KeyCondition, bool)> Compared(Call call, string key, bool succeeded) =>
        succeeded || call.Conditions.Count == 1
            ? [.. call.Conditions.Where(one => one.Key == key).Select(one => (one, succeeded))]
            : [];

    private static List<(KeyCondition, bool)> Only(IReadOnlyList<KeyCondition> conditions, bool holds) =>
        conditions is [var one] ? [(one, holds)] : [];

    private static IEnumerable<string> Keys(
        IReadOnlyList<KeyCondition> conditions, IReadOnlyList<KeyOperation> operations) =>
        conditions.Select(one => one.Key).Concat(operations.Select(one => one.Key)).Distinct();

    private KeyAction Action(KeyOperation operation, KeyAnswer result, long start) =>
        operation.Kind == OperationKind.Get
        ? new KeyAction.See(Sightings.Of(result))
        : Write(operation, result, start);

    private KeyAction Write(KeyOperation operation, KeyAnswer? result, Request request) =>
        Write(operation, result, request.Start);

    private KeyAction Write(KeyOperation operation, KeyAnswer? result, long start)
    {
        var expiry = result is not null ? Expiry.At(result.ExpireAt)
            : operation.Ttl is { } ttl and > 0 ? Expiry.From(_clock.EarliestExpiry(start, ttl))
            : Expiry.Never;
        return operation.Kind switch
        {
            OperationKind.Set => new KeyAction.Set(operation.Value!, expiry),
            OperationKind.SetTtl => new KeyAction.SetTtl(expiry),
            _ => new KeyAction.Delete(),
        };
    }

    private static KeyAction.See See(long? etag) =>
        new(etag is { } revision ? new Sighting(true, ETag: revision) : Sighting.None);

    private void Add(
        Call call, string key, List<(KeyCondition, bool)> conditions, IReadOnlyList<KeyAction> actions,
        long? readRevision) =>
        Add(call.Tenant, key, new KeyStep(call, call.Start, call.End, [new KeyBranch(conditions, actions)])
        {
            ReadRevision = readRevision,
        });

    private void Add(string tenant, string key, KeyStep step)
    {
        var name = new KeyName(tenant, key);
        if (!_steps.TryGetValue(name, out var steps))
            _steps[name] = steps = [];
        steps.Add(step);
    }
}
