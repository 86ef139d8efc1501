namespace Kv.FaultTests.Checkers;

/// <summary>Checks a run against one kind of promises.</summary>
internal interface IChecker
{
    /// <summary>The violations of the run. The texts say what broke, where, and which calls show it.</summary>
    IEnumerable<string> Check(Evidence evidence);
}
