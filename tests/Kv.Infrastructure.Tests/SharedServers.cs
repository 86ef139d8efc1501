using Kv.Testing;

namespace Kv.Infrastructure.Tests;

/// <summary>Stops the servers that the tests of this assembly share.</summary>
[SetUpFixture]
internal sealed class SharedServers
{
    [OneTimeTearDown]
    public Task Stop() => SharedEtcd.Stop();
}
