using System.Diagnostics;
using Etcdserverpb;
using Kv.Domain.Storage;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>A transaction on its way to etcd, and the promise of its result.</summary>
internal sealed class PendingWrite : TaskCompletionSource<CommitResult>, IPending, ITraced
{
    private static readonly OperationResult[] OneWritten = [OperationResult.Written];

    /// <param name="transaction">The transaction.</param>
    /// <param name="isGuarded">
    /// Whether etcd itself checks, together with the transaction, that the one key that it compares is not past its deadline.
    /// </param>
    public PendingWrite(Transaction transaction, bool isGuarded)
        : base(BatchSpan.Caller, TaskCreationOptions.RunContinuationsAsynchronously)
    {
        Transaction = transaction;
        IsGuarded = isGuarded;
        Bytes = transaction.Bytes;
    }

    public Transaction Transaction { get; }

    public bool IsGuarded { get; }

    public Activity? Caller => (Activity?)Task.AsyncState;

    /// <summary>Whether it shares batches with others; one that does not is sent alone every time.</summary>
    public bool IsShared { get; set; }

    public bool IsConditional => Transaction.Compares.Count > 0;

    /// <summary>The write of one key and nothing else, if that is what it is.</summary>
    public Operation.Put? PlainPut => !IsConditional && Transaction.Then is [Operation.Put put] ? put : null;

    /// <summary>About how many bytes the request takes: its keys and values.</summary>
    public int Bytes { get; }

    public int OperationCount => IsConditional ? 1 : Transaction.Then.Count;

    public long QueuedAt { get; set; }

    public bool HasDeadlines => Transaction.Then is not [Operation.Put { Deadline: null }] || Transaction.Otherwise.Count > 0;

    public bool HasNested => Has<Operation.Nested>(Transaction.Then) || Has<Operation.Nested>(Transaction.Otherwise);

    /// <summary>The deadlines that the transaction gives to entries.</summary>
    public IEnumerable<long> Deadlines => Transaction.Operations
        .Select(operation => operation switch
        {
            Operation.Put put => put.Deadline,
            Operation.Touch touch => touch.Deadline,
            _ => null,
        })
        .OfType<long>();

    /// <summary>
    /// Adds every key that the transaction touches or compares to <paramref name="taken"/>, unless one of them is there.
    /// </summary>
    public bool TryTakeKeys(HashSet<StoreKey> taken)
    {
        // One plain write is the common case, and needs no list of keys.
        if (!IsConditional && Transaction.Then.Count == 1)
            return taken.Add(Transaction.Then[0].Range.Start);
        var keys = Transaction.Ranges.Select(range => range.Start).ToList();
        if (keys.Any(taken.Contains))
            return false;
        taken.UnionWith(keys);
        return true;
    }

    public TxnRequest ToRequest(DateTimeOffset now)
    {
        var request = EtcdMessages.ToRequest(Transaction);
        return IsGuarded ? EtcdMessages.DeleteIfExpired(Transaction.Compares[0].Range.Start, now, request) : request;
    }

    /// <summary>Completes with what etcd answered to a branch that is one put.</summary>
    public void SettlePut(bool succeeded, long revision) => TrySetResult(new CommitResult(succeeded, revision, OneWritten));

    /// <summary>Completes with what etcd answered: the <paramref name="count"/> responses from <paramref name="first"/> on.</summary>
    public async Task Settle(
        EntryReader reader, bool succeeded, IReadOnlyList<ResponseOp> responses, int first, int count, long revision)
    {
        try
        {
            if (count == 1 && responses[first].ResponseCase == ResponseOp.ResponseOneofCase.ResponsePut)
            {
                SettlePut(succeeded, revision);
                return;
            }
            var results = await Read(reader, Transaction, succeeded, [.. responses.Skip(first).Take(count)]);
            TrySetResult(new CommitResult(succeeded, revision, results));
        }
        catch (StoreUnavailableException error)
        {
            // What it read could not be told; what it wrote is written.
            TrySetException(new StoreUnavailableException(error.Message, outcomeUnknown: true, error));
        }
        catch (Exception error)
        {
            TrySetException(error);
        }
    }

    private static bool Has<T>(IReadOnlyList<Operation> operations)
    {
        for (var i = 0; i < operations.Count; i++)
            if (operations[i] is T)
                return true;
        return false;
    }

    private static async Task<IReadOnlyList<OperationResult>> Read(
        EntryReader reader, Transaction transaction, bool succeeded, IReadOnlyList<ResponseOp> answered)
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
                Operation.Read => new OperationResult(0, await reader.ReadAll(response.ResponseRange.Kvs)),
                Operation.Nested nested => new OperationResult(0, [], new NestedResult(
                    response.ResponseTxn.Succeeded,
                    await Read(reader, nested.Inner, response.ResponseTxn.Succeeded, response.ResponseTxn.Responses))),
                _ => OperationResult.Written,
            };
        }
        return results;
    }
}
