using Kv.FaultTests.Checkers.Linearizability;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>A write of one key that a request asked for, with its known outcome.</summary>
/// <param name="Name">The key.</param>
/// <param name="Operation">The operation.</param>
/// <param name="Request">The request.</param>
/// <param name="Fate">Its outcome.</param>
/// <param name="Revision">
/// The revision that it took; for a deletion the revision from which the key is absent. Null where it is not known.
/// </param>
/// <param name="Conditions">The conditions of the key under which it was to be done.</param>
/// <param name="Result">The state of the key in the answer, where it was done.</param>
internal sealed record WriteAttempt(
    KeyName Name, KeyOperation Operation, Request Request, WriteFate Fate, long? Revision,
    IReadOnlyList<KeyCondition> Conditions,
    KeyAnswer? Result)
{
    public Call Call => Request.Asked;

    public string Text => CallText.Of(Call);

    /// <summary>All writes that the requests of a run asked for.</summary>
    public static IEnumerable<WriteAttempt> Of(IEnumerable<Request> requests) =>
        requests.SelectMany(request => request.Asked.Kind switch
    {
        CallKind.Put or CallKind.Post or CallKind.Patch or CallKind.Delete => [Single(request)],
        CallKind.Bulk => Bulk(request),
        CallKind.Transaction => Transaction(request),
        CallKind.Import => request.Asked.Operations.Select(
            operation => New(request, operation, FateOfImport(request), null, [], null)),
        _ => [],
    });

    private static WriteAttempt Single(Request request)
    {
        var operation = request.Asked.Operations[0];
        var result = request.Done?.Answer is { } answer ? Sightings.Single(answer, operation.Key) : null;
        var revision = operation.Kind == OperationKind.Delete ? request.Done?.Answer!.Revision : result?.ETag;
        return New(request, operation, FateOf(request), revision, request.Asked.Conditions, result);
    }

    private static IEnumerable<WriteAttempt> Bulk(Request request)
    {
        foreach (var (i, operation) in request.Asked.Operations.Index())
        {
            if (operation.Kind == OperationKind.Get)
                continue;
            var result = request.Done?.Answer!.Keys[i];
            var fate = result is null ? FateOf(request)
                : result.IsOutcomeUnknown ? WriteFate.Unknown
                : result.Status < 300 ? WriteFate.Done : WriteFate.NotDone;
            yield return New(
                request, operation, fate, result?.ETag, operation.Condition is { } one ? [one] : [], result);
        }
    }

    private static IEnumerable<WriteAttempt> Transaction(Request request)
    {
        var call = request.Asked;
        var answer = request.Done?.Answer;
        foreach (var (isSuccess, branch) in new[] { (true, call.Operations), (false, call.Otherwise ?? []) })
            foreach (var (i, operation) in branch.Index())
            {
                if (operation.Kind == OperationKind.Get)
                    continue;
                var isTaken = answer?.Succeeded == isSuccess;
                var fate = answer is null ? FateOf(request) : isTaken ? WriteFate.Done : WriteFate.NotDone;
                yield return New(
                    request, operation, fate, isTaken ? answer!.Revision : null,
                    isSuccess ? [.. call.Conditions.Where(one => one.Key == operation.Key)] : [],
                    isTaken ? answer!.Keys[i] : null);
            }
    }

    private static WriteAttempt New(
        Request request, KeyOperation operation, WriteFate fate, long? revision, IReadOnlyList<KeyCondition> conditions,
        KeyAnswer? result) =>
        new(new KeyName(request.Asked.Tenant, operation.Key), operation, request, fate, revision, conditions, result);

    // An import that skips does not report which keys it wrote.
    private static WriteFate FateOfImport(Request request) =>
        FateOf(request) is WriteFate.Done && request.Asked.SkipsExisting ? WriteFate.Unknown : FateOf(request);

    private static WriteFate FateOf(Request request) =>
        request.Done is not null ? WriteFate.Done : request.MayBeDone ? WriteFate.Unknown : WriteFate.NotDone;
}

/// <summary>The outcome of a write.</summary>
internal enum WriteFate
{
    Done,
    Unknown,
    NotDone,
}
