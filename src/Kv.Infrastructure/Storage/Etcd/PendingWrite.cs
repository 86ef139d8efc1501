using System.Diagnostics;
using Etcdserverpb;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>A transaction that waits for etcd, and the promise of its result.</summary>
internal sealed class PendingWrite : TaskCompletionSource<CommitResult>, IPending
{
    private static readonly OperationResult[] OneWritten = [OperationResult.Written];

    /// <param name="transaction">The transaction.</param>
    /// <param name="copied">The bytes of the values that etcd copies for it.</param>
    /// <param name="isGuarded">
    /// Whether etcd checks in the same request that the single key of its compares is not past its deadline.
    /// </param>
    /// <param name="arrivedAt">The time of arrival, as a timestamp of the time provider.</param>
    public PendingWrite(Transaction transaction, int copied, bool isGuarded, long arrivedAt)
        : base(BatchSpan.Caller, TaskCreationOptions.RunContinuationsAsynchronously)
    {
        Transaction = transaction;
        IsGuarded = isGuarded;
        ArrivedAt = arrivedAt;
        Bytes = transaction.Bytes + copied;
        IsShared = !transaction.HasNested && CanShare(transaction);
    }

    public Transaction Transaction { get; }

    public bool IsGuarded { get; }

    public Activity? Caller => (Activity?)Task.AsyncState;

    /// <summary>Whether it may share a batch with others; otherwise it is always sent alone.</summary>
    public bool IsShared { get; }

    public bool IsConditional => Transaction.Compares.Count > 0;

    /// <summary>The put, when the transaction is a single put without compares.</summary>
    public Operation.Put? PlainPut => !IsConditional && Transaction.Then is [Operation.Put put] ? put : null;

    /// <summary>The approximate size of the request, its keys and values, and of what etcd copies for it.</summary>
    public int Bytes { get; }

    public int OperationCount => IsConditional ? 1 : Transaction.Then.Count;

    public long ArrivedAt { get; }

    /// <summary>
    /// Adds every key that the transaction touches or compares to <paramref name="taken"/>, unless it contains one of
    /// them.
    /// </summary>
    public bool TryTakeKeys(HashSet<StoreKey> taken)
    {
        // A single plain write is the common case, and needs no list of keys.
        if (!IsConditional && Transaction.Then.Count == 1)
            return taken.Add(Transaction.Then[0].Range.Start);
        var keys = Transaction.Ranges.Select(range => range.Start).ToList();
        if (keys.Any(taken.Contains))
            return false;
        taken.UnionWith(keys);
        return true;
    }

    /// <summary>
    /// The time at which the transaction is evaluated: an entry that expires while the answer is in transit was present
    /// for its compares and is present for its reads.
    /// </summary>
    public DateTimeOffset JudgedAt { get; set; }

    public TxnRequest ToRequest(DateTimeOffset now, LeasePool leases)
    {
        JudgedAt = now;
        var request = EtcdMessages.ToRequest(Transaction, leases);
        // A member may answer a transaction without an operation from its own state, which may be stale.
        if (request.Success.Count + request.Failure.Count == 0 && IsConditional)
            request.Success.Add(new RequestOp
            {
                RequestRange = new RangeRequest { Key = request.Compare[0].Key, CountOnly = true },
            });
        return IsGuarded ? EtcdMessages.DeleteIfExpired(Transaction.Compares[0].Range.Start, now, request) : request;
    }

    /// <summary>Completes it with etcd's answer to a single put.</summary>
    public void CompletePut(bool succeeded, long revision) =>
        TrySetResult(new CommitResult(succeeded, revision, OneWritten));

    /// <summary>
    /// Completes it with etcd's answer: <paramref name="count"/> responses from <paramref name="first"/> on.
    /// </summary>
    public async Task Complete(
        EntryReader reader, bool succeeded, IReadOnlyList<ResponseOp> responses, int first, int count, long revision)
    {
        try
        {
            if (count == 1 && responses[first].ResponseCase == ResponseOp.ResponseOneofCase.ResponsePut)
            {
                CompletePut(succeeded, revision);
                return;
            }
            var results = await Read(reader, JudgedAt, Transaction, succeeded, [.. responses.Skip(first).Take(count)]);
            TrySetResult(new CommitResult(succeeded, revision, results));
        }
        catch (StoreUnavailableException error)
        {
            // The deadlines of its reads are unavailable, but its writes are done.
            TrySetException(new StoreUnavailableException(error.Message, outcomeUnknown: true, error));
        }
        catch (Exception error)
        {
            TrySetException(error);
        }
    }

    private static bool CanShare(Transaction transaction) =>
        transaction.Then.Count + transaction.Otherwise.Count + transaction.Compares.Count
            <= GroupCommit.MaxSharedOperations
        && transaction.Compares.All(compare => compare.Range.IsSingle)
        && transaction.Then.All(operation => operation.Range.IsSingle)
        && transaction.Otherwise.All(operation => operation.Range.IsSingle);

    private static async Task<IReadOnlyList<OperationResult>> Read(
        EntryReader reader, DateTimeOffset now, Transaction transaction, bool succeeded,
        IReadOnlyList<ResponseOp> answered)
    {
        var operations = succeeded ? transaction.Then : transaction.Otherwise;
        var responses = EtcdMessages.ToResponses(answered, operations);
        var results = new OperationResult[operations.Count];
        for (var i = 0; i < results.Length; i++)
        {
            var response = responses[i];
            results[i] = operations[i] switch
            {
                Operation.Delete => new OperationResult(response.ResponseDeleteRange.Deleted, []),
                Operation.Read => new OperationResult(0, await reader.ReadAll(response.ResponseRange.Kvs, now)),
                Operation.Nested nested => new OperationResult(0, [], new NestedResult(
                    response.ResponseTxn.Succeeded,
                    await Read(
                        reader, now, nested.Inner, response.ResponseTxn.Succeeded, response.ResponseTxn.Responses))),
                _ => OperationResult.Written,
            };
        }
        return results;
    }
}
