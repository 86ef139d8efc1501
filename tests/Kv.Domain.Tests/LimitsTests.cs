namespace Kv.Domain.Tests;

internal sealed class LimitsTests
{
    [Test]
    public void The_defaults_are_those_of_the_contract() => Assert.That(new Limits(), Is.EqualTo(new Limits
    {
        MaxNamespaceLength = 25,
        MaxAppNameLength = 50,
        MaxKeyLength = 100,
        MaxValueBytes = 1_048_576,
        MaxTtlSeconds = 31_536_000,
        DefaultTtlSeconds = 0,
        MaxWebhooks = 5,
    }));
}
