using Kv.FaultTests.Checkers.Linearizability;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>Checks a history against all promises of Kv.</summary>
internal static class Judge
{
    private static readonly IChecker[] Checkers =
    [
        new AnswersChecker(), new LogChecker(), new LinearizabilityChecker(), new RevisionOrderChecker(),
        new ReadsChecker(),
        new HistoryChecker(), new WritesChecker(), new ConditionsChecker(), new ListingsChecker(),
        new SnapshotChecker(),
        new IdempotencyChecker(), new ExpiryChecker(), new WatchChecker(), new WebhookChecker(), new AccountsChecker(),
    ];

    /// <summary>The names of the checkers.</summary>
    public static IEnumerable<string> Names => Checkers.Select(Name);

    /// <summary>All violations of a history; empty when there are none.</summary>
    public static IReadOnlyList<Violation> Violations(RunHistory history)
    {
        var evidence = new Evidence(history);
        return [
            .. Checkers.SelectMany(
                checker => checker.Check(evidence).Select(text => new Violation(Name(checker), text)))];
    }

    private static string Name(IChecker checker) =>
        checker.GetType().Name.Replace("Checker", "", StringComparison.Ordinal).ToLowerInvariant();
}
