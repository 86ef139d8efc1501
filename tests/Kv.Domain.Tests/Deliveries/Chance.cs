namespace Kv.Domain.Tests.Deliveries;

/// <summary>A random source that always returns the same number.</summary>
internal sealed class Chance(double value) : Random
{
    public override double NextDouble() => value;
}
