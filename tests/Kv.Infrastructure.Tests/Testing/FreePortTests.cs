using Kv.Testing;

namespace Kv.Infrastructure.Tests.Testing;

internal sealed class FreePortTests
{
    [Test]
    public void Tests_at_the_same_time_get_different_ports()
    {
        var ports = new int[50];
        Parallel.For(0, ports.Length, number => ports[number] = FreePort.Next());

        Assert.That(ports, Is.Unique);
    }
}
