using Kv.FaultTests.Checkers.Testing;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

public sealed class ListingsCheckerTests
{
    private static readonly ListingsChecker Checker = new();

    [Test]
    public void A_listing_of_all_present_keys_is_right()
    {
        Assert.That(Listed(CallKind.Prefix, 7, ("p/a", "1", 5), ("p/c", "3", 7)), Is.Empty);
        Assert.That(Listed(CallKind.Export, 8, ("p/a", "1", 5), ("p/b", "2", 8), ("p/c", "3", 7)), Is.Empty);
    }

    [Test]
    public void A_key_that_is_left_out_is_found() =>
        Assert.That(Listed(CallKind.Prefix, 7, ("p/a", "1", 5)), Has.Exactly(1).Contains("leaves out 'p/c'"));

    [Test]
    public void A_key_of_a_later_revision_is_found() =>
        Assert.That(
            Listed(CallKind.Prefix, 7, ("p/a", "1", 5), ("p/b", "2", 8), ("p/c", "3", 7)),
            Has.Exactly(1).Contains("lists 'p/b'"));

    [Test]
    public void A_wrong_value_is_found() =>
        Assert.That(
            Listed(CallKind.Prefix, 7, ("p/a", "x", 5), ("p/c", "3", 7)), Has.Exactly(1).Contains("lists 'p/a' as x"));

    [Test]
    public void A_wrong_order_is_found() =>
        Assert.That(
            Listed(CallKind.Prefix, 7, ("p/c", "3", 7), ("p/a", "1", 5)),
            Has.Exactly(1).Contains("'p/a' comes behind 'p/c'"));

    [Test]
    public void Pages_are_of_one_revision()
    {
        Assert.That(Pages(7, 7, "p/c", 7), Is.Empty);
        Assert.That(
            Pages(7, 8, "p/b", 8), Has.Exactly(1).Contains("two revisions").And.Contains("#1").And.Contains("#2"));
    }

    [Test]
    public void A_key_that_is_left_out_between_pages_is_found() =>
        Assert.That(Pages(8, 8, "p/c", 7), Has.Exactly(1).Contains("leaves out 'p/b'"));

    [TestCase(2, true)]
    [TestCase(3, false)]
    [TestCase(1, false)]
    public void A_count_equals_the_number_of_present_keys(int count, bool isRight)
    {
        var run = Store();
        run.Add(
            run.New(
                CallKind.Count, (0, 1),
                CallOutcome.Ok) with
            { Prefix = "p/", Answer = RunBuilder.Answered(200, 7, null) with { Count = count } });

        Assert.That(run.Judged(Checker), Has.Count.EqualTo(isRight ? 0 : 1));
    }

    [Test]
    public void A_listed_key_that_had_expired_is_found()
    {
        var run = new RunBuilder().Changed(5, "p/a", "1", expireAt: RunBuilder.StartSecond + 1);
        run.Add(run.New(CallKind.Prefix, (1_500_000, 1_600_000), CallOutcome.Ok) with
        {
            Prefix = "p/",
            Answer = RunBuilder.Answered(200, 5, null, new KeyAnswer("p/a", 200, "1", 5, RunBuilder.StartSecond + 1)),
        });

        Assert.That(run.Judged(Checker), Has.Exactly(1).Contains("had expired"));
    }

    private static IReadOnlyList<string> Listed(
        CallKind kind, long revision, params (string Key, string Value, long ETag)[] items)
    {
        var run = Store();
        return run.Add(run.New(kind, (0, 1), CallOutcome.Ok) with { Prefix = "p/", Answer = Answered(revision, items) })
            .Judged(Checker);
    }

    private static IReadOnlyList<string> Pages(long first, long second, string key, long etag)
    {
        var run = Store();
        var page = run.New(CallKind.Page, (0, 1), CallOutcome.Ok) with
        {
            Prefix = "p/",
            Listing = 1,
            Limit = 1,
            Answer = Answered(first, ("p/a", "1", 5)) with { HasMore = true },
        };
        return run.Add(page).Add(page with
        {
            Id = 2,
            Start = 2,
            End = 3,
            IsLaterPage = true,
            Answer = Answered(second, (key, key == "p/b" ? "2" : "3", etag)),
        }).Judged(Checker);
    }

    private static Answer Answered(long revision, params (string Key, string Value, long ETag)[] items) =>
        RunBuilder.Answered(
            200, revision, null, [.. items.Select(item => new KeyAnswer(item.Key, 200, item.Value, item.ETag))]);

    private static RunBuilder Store() => new RunBuilder()
        .Changed(5, "p/a", "1").Changed(6, "q", "x").Changed(7, "p/c", "3").Changed(8, "p/b", "2");
}
