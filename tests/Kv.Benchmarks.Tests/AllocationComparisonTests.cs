using Kv.Benchmarks.Allocations;

namespace Kv.Benchmarks.Tests;

internal sealed class AllocationComparisonTests
{
    [TestCase(1000, 1000, AllocationVerdict.Kept)]
    [TestCase(1000, 1100, AllocationVerdict.Kept)]
    [TestCase(1000, 1101, AllocationVerdict.Exceeded)]
    [TestCase(1000, 900, AllocationVerdict.Kept)]
    [TestCase(1000, 899, AllocationVerdict.Fallen)]
    [TestCase(40, 64, AllocationVerdict.Kept)]
    [TestCase(40, 65, AllocationVerdict.Exceeded)]
    [TestCase(0, 0, AllocationVerdict.Kept)]
    [TestCase(0, 1, AllocationVerdict.Exceeded)]
    public void A_figure_may_be_a_tenth_from_the_committed_one(long committed, long measured, object verdict) =>
        Assert.That(Compare(committed, measured).Verdict, Is.EqualTo(verdict));

    [Test]
    public void A_figure_that_is_exceeded_fails_and_one_that_fell_does_not()
    {
        Assert.That(Compare(1000, 1101).IsFailure, Is.True);
        Assert.That(Compare(1000, 100).IsFailure, Is.False);
        Assert.That(Compare(1000, 1000).IsFailure, Is.False);
    }

    [Test]
    public void An_operation_without_a_committed_figure_fails()
    {
        var compared = AllocationComparison.Of(
            new Dictionary<string, long>(), new Dictionary<string, long> { ["new"] = 1 });

        Assert.That(compared.Single().Verdict, Is.EqualTo(AllocationVerdict.Unknown));
        Assert.That(compared.Single().IsFailure, Is.True);
    }

    [Test]
    public void A_committed_figure_without_an_operation_fails()
    {
        var compared = AllocationComparison.Of(
            new Dictionary<string, long> { ["old"] = 1 }, new Dictionary<string, long>());

        Assert.That(compared.Single().Verdict, Is.EqualTo(AllocationVerdict.Missing));
        Assert.That(compared.Single().IsFailure, Is.True);
    }

    [Test]
    public void Operations_come_in_the_order_of_their_names()
    {
        var compared = AllocationComparison.Of(
            new Dictionary<string, long> { ["b"] = 1, ["c"] = 1 },
            new Dictionary<string, long> { ["c"] = 1, ["a"] = 1 });

        Assert.That(compared.Select(one => one.Operation), Is.EqualTo(new[] { "a", "b", "c" }));
    }

    private static AllocationComparison Compare(long committed, long measured) => AllocationComparison.Of(
        new Dictionary<string, long> { ["operation"] = committed },
        new Dictionary<string, long> { ["operation"] = measured }).Single();
}
