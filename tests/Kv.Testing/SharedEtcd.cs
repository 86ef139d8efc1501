namespace Kv.Testing;

/// <summary>
/// One etcd for all tests of an assembly that can share one, each under keys of its own: starting takes about a second.
/// A test that breaks, compacts or fills its server starts its own. The assembly stops it in the tear-down of a
/// [SetUpFixture].
/// </summary>
public static class SharedEtcd
{
    private static readonly Shared<EtcdServer> Server = new(() => EtcdServer.StartAsync());

    /// <summary>The shared server, started by the first test that asks.</summary>
    public static async Task<EtcdServer> Get()
    {
        // Outside the shared task: a test is skipped by an exception of its own.
        RequiresEtcd.Check();
        return await Server.Get();
    }

    /// <summary>Stops the shared server, if it was started.</summary>
    public static Task Stop() => Server.Stop();
}
