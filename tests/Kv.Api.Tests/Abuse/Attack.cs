namespace Kv.Api.Tests.Abuse;

/// <summary>A way to try to take the others down.</summary>
/// <param name="Name">What it is, for the table.</param>
/// <param name="Attackers">How many do it at a time.</param>
/// <param name="Once">Does it once, as the so-manieth attacker.</param>
/// <param name="Refusal">
/// The answer by which Kv refuses it, as <see cref="Told.Answers"/> has it; null where it is served within bounds.
/// </param>
internal sealed record Attack(string Name, int Attackers, AttackOnce Once, string? Refusal = null);

/// <summary>Attacks once.</summary>
/// <param name="target">What is attacked.</param>
/// <param name="number">Which attacker it is.</param>
/// <param name="told">Is told of each answer.</param>
/// <param name="over">The attack is over.</param>
internal delegate Task AttackOnce(AbuseTarget target, int number, Told told, CancellationToken over);
