namespace Kv.FaultTests.Checkers;

/// <summary>Holds a run to one kind of promises.</summary>
internal interface IChecker
{
    /// <summary>What the run shows broken. The texts tell what, where, and which calls show it.</summary>
    IEnumerable<string> Check(Evidence evidence);
}
