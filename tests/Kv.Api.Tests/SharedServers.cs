using Kv.Api.Tests.Hosting;
using Kv.Api.Tests.WebConsole;
using Kv.Testing;

namespace Kv.Api.Tests;

/// <summary>Stops the servers and the browsers that the tests of this assembly share.</summary>
[SetUpFixture]
internal sealed class SharedServers
{
    [OneTimeTearDown]
    public async Task Stop()
    {
        await SharedChromium.Stop();
        await ConsoleBrowser.Stop();
        await MeasuredKv.StopShared();
        await SharedHosts.Stop();
    }
}
