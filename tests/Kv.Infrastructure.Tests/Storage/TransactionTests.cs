using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage;

/// <summary>Transactions that are refused before they reach an engine.</summary>
internal sealed class TransactionTests
{
    private static readonly Operation PutA = new Operation.Put(StoreKey.FromText("a"), default);
    private static readonly Operation PutB = new Operation.Put(StoreKey.FromText("b"), default);
    private static readonly Operation DeleteA = new Operation.Delete(StoreKey.FromText("a"));
    private static readonly Operation DeleteAll = new Operation.Delete(
        KeyRange.Between(StoreKey.FromText("a"), StoreKey.FromText("z")));
    private static readonly Operation DeleteTail = new Operation.Delete(
        KeyRange.Between(StoreKey.FromText("b"), StoreKey.FromText("z")));
    private static readonly Operation ReadAll = new Operation.Read(DeleteAll.Range);

    private static readonly Operation[][] Twice =
    [
        [PutA, PutA],
        [PutA, DeleteA],
        [DeleteA, PutA],
        [PutB, PutA, PutB],
        [DeleteAll, PutA],
        [PutB, DeleteAll],
        [DeleteTail, DeleteAll],
        [DeleteAll, PutA, PutB],
        [PutA, ReadAll, PutA],
        [PutB, DeleteAll, new Operation.Delete(StoreKey.FromText("c"))],
    ];

    private static readonly Operation[][] Once =
    [
        [],
        [PutA],
        [PutA, PutB],
        [PutB, DeleteA],
        [PutA, DeleteTail],
        [PutA, ReadAll, PutB, ReadAll],
        [ReadAll, DeleteAll, ReadAll],
    ];

    [TestCaseSource(nameof(Twice))]
    public void Writing_a_key_twice_is_refused(params Operation[] operations)
    {
        Assert.That(() => new Transaction([], operations), Throws.ArgumentException);
        Assert.That(() => new Transaction([], [], operations), Throws.ArgumentException);
    }

    [TestCaseSource(nameof(Once))]
    public void Writing_every_key_once_is_not(params Operation[] operations) =>
        Assert.That(new Transaction([], operations, operations).Then, Is.EqualTo(operations));
}
