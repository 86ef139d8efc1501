namespace Kv.Attacker;

/// <summary>A way to make Kv unavailable for other callers.</summary>
/// <param name="Name">Its name in the table.</param>
/// <param name="Attackers">How many attackers run at the same time.</param>
/// <param name="Once">Does it once.</param>
/// <param name="Refusal">The answer by which Kv refuses it; null where Kv serves it within bounds.</param>
public sealed record Attack(string Name, int Attackers, AttackOnce Once, string? Refusal = null);

/// <summary>Attacks once.</summary>
/// <param name="target">The Kv that is attacked.</param>
/// <param name="number">The number of the attacker.</param>
/// <param name="answered">
/// Takes each answer: the status, and the <c>error</c> of a refusal; empty for a call without an answer.
/// </param>
/// <param name="over">Ends the attack.</param>
public delegate Task AttackOnce(Target target, int number, Action<string> answered, CancellationToken over);
