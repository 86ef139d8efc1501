namespace Kv.FaultTests.Checkers;

/// <summary>A promise that a history shows broken.</summary>
/// <param name="Checker">The checker that found it.</param>
/// <param name="Text">The broken promise, its place, and the calls that show it.</param>
internal sealed record Violation(string Checker, string Text);
