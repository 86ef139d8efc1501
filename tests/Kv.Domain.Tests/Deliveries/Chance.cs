namespace Kv.Domain.Tests.Deliveries;

/// <summary>Chance that always comes out the same.</summary>
internal sealed class Chance(double value) : Random
{
    public override double NextDouble() => value;
}
